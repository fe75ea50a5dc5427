"""Caseload over HTTP: each route parses, calls one use case and renders."""

from services.caseload.api import (
    assessments,
    break_glass,
    by_link,
    care_contacts,
    care_plans,
    clients,
    end_of_life,
    guest_seats,
    handovers,
    referrals,
    summary_shares,
    syringe_drivers,
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
    handovers.router,
    handovers.sending,
    by_link.router,
    end_of_life.router,
    syringe_drivers.router,
    summary_shares.router,
    summary_shares.sharing,
)
