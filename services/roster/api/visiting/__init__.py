"""Visits over HTTP beyond the plan: states, series, hours of opening, other agencies and wishes to move."""

from services.roster.api.visiting import series, steps

ROUTERS = (steps.router, series.router)
