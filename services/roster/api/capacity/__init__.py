"""Capacity over HTTP: eight weeks ahead, what-if, the floor and what is handed on."""

from services.roster.api.capacity import ahead, vacancies

ROUTERS = (ahead.router, vacancies.router)
