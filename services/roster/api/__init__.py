"""Roster over HTTP: each route parses, calls one use case and renders."""

from services.roster.api import shifts, team, visit_plans, visits

ROUTERS = (shifts.router, visit_plans.router, visits.router, team.router)
