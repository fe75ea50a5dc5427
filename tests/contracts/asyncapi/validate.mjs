// Reads an AsyncAPI document and prints what the official parser has to say of it, as JSON.
import { text } from "node:stream/consumers";
import { Parser } from "@asyncapi/parser";

const { diagnostics } = await new Parser().parse(await text(process.stdin));
console.log(JSON.stringify(diagnostics));
