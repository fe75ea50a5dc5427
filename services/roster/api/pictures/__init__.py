"""Pictures: a day's rounds; and a rota, which `rota_grid.drawn` draws of whatever version it is given."""

from services.roster.api.pictures import rounds

ROUTERS = (rounds.router,)
