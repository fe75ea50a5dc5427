"""Roster over HTTP: each route parses, calls one use case and renders."""

from services.roster.api import shifts, team, visit_needs, visit_plans, visits

ROUTERS = (shifts.router, visit_plans.router, visits.router, visit_needs.router, team.router)
