"""What is proposed to the team, and what it takes to propose it: places, rounds, and what was driven."""

from services.roster.api.proposing import mileage, places, rounds

ROUTERS = (places.router, rounds.router, mileage.router)
