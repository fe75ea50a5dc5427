"""fhirclient (SMART, Python): reads and searches, each answer held to its own models of R4."""

import sys

from fhirclient import client
from fhirclient.models import encounter, patient

BASE, TOKEN, PATIENT = sys.argv[1:4]

smart = client.FHIRClient(settings={"app_id": "a_trust", "api_base": BASE})
smart.server.session.headers["Authorization"] = f"Bearer {TOKEN}"
one = patient.Patient.read(PATIENT, smart.server)
assert one.id == PATIENT
found = list(encounter.Encounter.where(struct={"patient": PATIENT}).perform_resources(smart.server))
everybody = list(patient.Patient.where(struct={"_count": "1"}).perform_resources_iter(smart.server))
assert len(everybody) == 3, len(everybody)
print(f"fhirclient: read, {len(everybody)} pages, {len(found)} encounters of a patient")
