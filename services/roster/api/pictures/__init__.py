"""Pictures: a version of a rota, and a day's rounds."""

from services.roster.api.pictures import rota, rounds

ROUTERS = (rota.router, rounds.router)
