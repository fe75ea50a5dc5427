// fhir-kit-client: capability statement, read, search by GET and POST, next page.
import { Client } from 'fhir-kit-client';

const [base, token, patient] = process.argv.slice(2);
const client = new Client({ baseUrl: base, bearerToken: token });
const said = await client.capabilityStatement();
const one = await client.read({ resourceType: 'Patient', id: patient });
let page = await client.search({ resourceType: 'Patient', searchParams: { _count: 1 } });
let pages = 1;
while ((page = await client.nextPage({ bundle: page }))) pages += 1;
const posted = await client.search({
  resourceType: 'Observation', searchParams: { patient }, options: { postSearch: true },
});
if (said.fhirVersion !== '4.0.1' || one.id !== patient || pages !== 3 || !posted.entry.length) {
  throw new Error(`unexpected: ${said.fhirVersion} ${one.id} ${pages}`);
}
console.log(`fhir-kit-client: metadata, read, ${pages} pages, ${posted.entry.length} observations by POST`);
