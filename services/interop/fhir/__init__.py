"""FHIR R4 and UK Core: what the standard fixes, apart from any one partner. Nobody else here speaks FHIR."""
