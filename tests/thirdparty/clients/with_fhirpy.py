"""fhirpy: reads, searches, pages and counts, as an integrator would with it."""

import asyncio
import sys

from fhirpy import AsyncFHIRClient

BASE, TOKEN, PATIENT = sys.argv[1:4]


async def main() -> None:
    client = AsyncFHIRClient(BASE, authorization=f"Bearer {TOKEN}")
    one = await client.reference("Patient", PATIENT).to_resource()
    assert one["resourceType"] == "Patient"
    paged = await client.resources("Patient").limit(1).fetch_all()
    assert len(paged) == 3, len(paged)
    found = await client.resources("Observation").search(patient=PATIENT).fetch()
    assert found
    print(f"fhirpy: read, {len(paged)} pages, {len(found)} observations of a patient")


asyncio.run(main())
