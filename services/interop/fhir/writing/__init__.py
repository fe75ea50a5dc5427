"""Writing over FHIR: what may be written, and how a write says what it wants. What it means is told in `partners`."""
