"""Finance over HTTP: each route parses, calls one use case and renders."""

from services.finance.api import activity, budgets, rates, reablement

ROUTERS = (activity.router, budgets.router, rates.router, reablement.router)
