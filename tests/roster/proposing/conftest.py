"""A team that plans its rota, and a worker for what it asks."""

from tests.roster.agreeing.conftest import planning, team

__all__ = ["planning", "team"]
