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
    referral_links,
    referrals,
    team,
    transfers,
)

ROUTERS = (
    clients.router,
    episodes.router,
    care_contacts.router,
    referrals.router,
    referral_criteria.router,
    referral_links.giving,
    referral_links.router,
    referral_links.page_router,
    referral_links.open_router,
    assessments.router,
    care_plans.router,
    team.router,
    transfers.router,
    guest_seats.router,
    break_glass.router,
)
