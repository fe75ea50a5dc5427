"""The Personal Demographics Service: whose an NHS number is, and what the NHS holds of the person (FHIR R4)."""
