"""Caseload over HTTP: each route parses, calls one use case and renders."""

from services.caseload.api import (
    administrations,
    assessments,
    break_glass,
    care_contacts,
    care_plans,
    clients,
    delegations,
    guest_seats,
    medicines,
    referrals,
    stock,
    team,
)

ROUTERS = (
    clients.router,
    care_contacts.router,
    referrals.router,
    assessments.router,
    care_plans.router,
    team.router,
    guest_seats.router,
    break_glass.router,
    medicines.router,
    administrations.router,
    stock.router,
    delegations.router,
)
