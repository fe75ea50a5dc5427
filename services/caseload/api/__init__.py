"""Caseload over HTTP: each route parses, calls one use case and renders."""

from services.caseload.api import (
    assessments,
    break_glass,
    care_contacts,
    care_plans,
    clients,
    episodes,
    guest_seats,
    referral_criteria,
    referrals,
    team,
)

ROUTERS = (
    clients.router,
    episodes.router,
    care_contacts.router,
    referrals.router,
    referral_criteria.router,
    assessments.router,
    care_plans.router,
    team.router,
    guest_seats.router,
    break_glass.router,
)
