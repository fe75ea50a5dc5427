// @medplum/core: read, search, pages one after the other, and $validate.
// Node.js 20 has no WebSocket of its own, and the library asks for one when it is read.
globalThis.WebSocket ??= class extends EventTarget {};
const { MedplumClient } = await import('@medplum/core');

const [base, token, patient] = process.argv.slice(2);
const client = new MedplumClient({
  baseUrl: base.replace('fhir/R4', ''), fhirUrlPath: 'fhir/R4', accessToken: token, fetch, cacheTime: 0,
});
const one = await client.get(client.fhirUrl('Patient', patient));
let pages = 0;
for await (const page of client.searchResourcePages('Patient', { _count: '1' })) pages += page.length;
const found = await client.searchResources('Observation', { patient });
const judged = await client.post(client.fhirUrl('Patient', '$validate'), { ...one, gender: 'F' });
if (one.id !== patient || pages !== 3 || !found.length || judged.issue[0].code !== 'code-invalid') {
  throw new Error(`unexpected: ${one.id} ${pages} ${found.length} ${JSON.stringify(judged)}`);
}
console.log(`@medplum/core: read, ${pages} pages, ${found.length} observations, $validate`);
