"""What is proposed to the team, and what it takes to propose it: rotas, places, rounds, and what was driven."""

from services.roster.api.proposing import mileage, places, rota, rounds

ROUTERS = (rota.router, places.router, rounds.router, mileage.router)
