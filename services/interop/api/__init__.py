"""Interop over HTTP: FHIR under /fhir/R4, the team's own words under /v1."""

from services.interop.api import (
    audit_events,
    bundles,
    council,
    exports,
    feed,
    gp_documents,
    messages,
    referrals,
    resources,
    submissions,
    subscriptions,
    validate,
    versions,
    writing,
)

# The open statement comes first: a resource type cannot be called `metadata`. So does what is no part of the record.
ROUTERS = (
    resources.public,
    messages.fhir_door,
    audit_events.router,
    exports.router,
    subscriptions.router,
    versions.router,
    validate.router,
    resources.router,
    writing.router,
    bundles.router,
    messages.router,
    submissions.changes,
    submissions.router,
    referrals.door,
    referrals.router,
    council.router,
    feed.router,
    gp_documents.router,
)
