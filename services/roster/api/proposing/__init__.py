"""Proposals and their explanations over HTTP."""

from services.roster.api.proposing import rota

ROUTERS = (rota.router,)
