"""Visits over HTTP beyond the plan: states, series, hours of opening, other agencies and wishes to move."""

from services.roster.api.visiting import by_link, opening_hours, series, steps, wishes

ROUTERS = (
    steps.router,
    series.router,
    opening_hours.router,
    wishes.told_once,
    wishes.router,
    by_link.router,
)
