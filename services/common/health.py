"""What a process says of itself under /health and /metrics."""

from collections.abc import Sequence

from fastapi import FastAPI, Response
from sqlalchemy import select

from services.common.scraping import Counted, scraped


def add_health(app: FastAPI, counted: Sequence[Counted]) -> None:
    """Liveness says that the loop turns; readiness, that the database answers and the process is not told to end.

    Neither asks the broker: a service that can write to its outbox can work while the broker is away.
    """

    async def live() -> dict[str, str]:
        return {"status": "live"}

    async def ready() -> dict[str, str]:
        app.state.drain.check()
        async with app.state.database.engine.connect() as connection:
            await connection.execute(select(1))
        return {"status": "ready"}

    async def metrics() -> Response:
        return await scraped(app.state.metrics, app.state.database, counted)

    for path, endpoint in (("/health/live", live), ("/health/ready", ready), ("/metrics", metrics)):
        app.add_api_route(path, endpoint, include_in_schema=False)
