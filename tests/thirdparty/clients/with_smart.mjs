// SMART's fhirclient.js: reads, follows every page, and resolves references on the way.
// In a web server it keeps its state in the session of a request; there is none here, and so an empty one.
import smart from 'fhirclient';

const [base, token, patient] = process.argv.slice(2);
const client = smart({ session: {} }, {}).client({ serverUrl: base, tokenResponse: { access_token: token } });
const one = await client.request(`Patient/${patient}`);
const everybody = await client.request('Patient?_count=1', { pageLimit: 0, flat: true });
const found = await client.request(`Encounter?patient=${patient}`, { flat: true, resolveReferences: ['subject'] });
if (one.id !== patient || everybody.length !== 3 || !found.length || found[0].subject.id !== patient) {
  throw new Error(`unexpected: ${one.id} ${everybody.length} ${JSON.stringify(found[0])}`);
}
console.log(`fhirclient.js: read, ${everybody.length} pages, ${found.length} encounters with their patient`);
