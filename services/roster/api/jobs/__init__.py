"""Jobs over HTTP: what a proposal that is being made has found so far."""

from services.roster.api.jobs import events, job

ROUTERS = (job.router, events.router)
