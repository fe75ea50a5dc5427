"""Capacity over HTTP: eight weeks ahead, what-if, the floor and what is handed on."""

from services.roster.api.capacity import ahead, dependencies, floor, hand_on, shares, vacancies

ROUTERS = (ahead.router, vacancies.router, floor.router, hand_on.router, dependencies.router, shares.router)
