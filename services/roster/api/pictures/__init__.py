"""Pictures: a version of a rota, a day's rounds, and the weeks ahead."""

from services.roster.api.pictures import capacity, rota, rounds

ROUTERS = (capacity.router, rota.router, rounds.router)
