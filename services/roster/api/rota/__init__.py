"""The rota over HTTP: its days, duties and versions, what the team says to one, and what it comes to."""

from fastapi import APIRouter

from services.roster.api.rota import agreements, consent, leave, periods, versions

ROUTERS: tuple[APIRouter, ...] = (
    periods.router,
    versions.router,
    consent.router,
    leave.router,
    agreements.router,
)
