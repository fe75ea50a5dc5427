"""Governance over HTTP: each route parses, calls one use case and renders."""

from services.governance.api import complaints, decisions, ground_rules, measures, meetings, obstacles

ROUTERS = (
    decisions.router,
    ground_rules.router,
    obstacles.router,
    measures.router,
    complaints.router,
    meetings.router,
)
