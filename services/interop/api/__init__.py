"""Interop over HTTP: FHIR under /fhir/R4, the team's own words under /v1."""

from services.interop.api import council, feed, messages, resources

# The open statement comes first: a resource type cannot be called `metadata`.
ROUTERS = (resources.public, messages.fhir_door, resources.router, messages.router, council.router, feed.router)
