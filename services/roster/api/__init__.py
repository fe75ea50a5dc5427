"""Roster over HTTP: each route parses, calls one use case and renders."""

from services.roster.api import (
    capacity,
    jobs,
    member_skills,
    pictures,
    proposing,
    rota,
    shifts,
    swapping,
    team,
    visit_needs,
    visit_plans,
    visiting,
    visits,
)

ROUTERS = (
    shifts.router,
    visit_plans.router,
    visits.router,
    visit_needs.router,
    team.router,
    member_skills.router,
    *visiting.ROUTERS,
    *rota.ROUTERS,
    *swapping.ROUTERS,
    *capacity.ROUTERS,
    *jobs.ROUTERS,
    *proposing.ROUTERS,
    *pictures.ROUTERS,
)
