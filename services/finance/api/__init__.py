"""Finance over HTTP: each route parses, calls one use case and renders."""

from services.finance.api import activity, budgets, financial_assessments, overheads, rates, reablement

ROUTERS = (
    activity.router,
    budgets.router,
    rates.router,
    reablement.router,
    financial_assessments.router,
    overheads.router,
)
