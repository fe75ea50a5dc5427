"""The pictures in docs, drawn by a demo that is up: `python -m demo.pictures http://127.0.0.1:8000 docs/pictures`."""

import asyncio
import secrets
from pathlib import Path
from typing import Annotated

import typer

from demo.barrow import TEAM, id_of
from demo.callers import Gateway

SVG = "image/svg+xml"


async def _drawn(gateway: Gateway, path: str) -> str:
    answer = await gateway.call("ruth", "GET", path, accept=SVG)
    answer.raise_for_status()
    return answer.text


async def _rota(gateway: Gateway) -> str:
    """The newest rota that a solver drafted."""
    (rota,) = (await gateway.get("ruth", f"/roster/v1/rotas?team_id={TEAM}"))["items"]
    versions = (await gateway.get("ruth", f"/roster/v1/rotas/{rota['id']}/versions?limit=100"))["items"]
    chosen = next(one for one in versions if one["origin"] == "solver")
    return await _drawn(gateway, f"/roster/v1/pictures/rota/{chosen['id']}")


async def _round(gateway: Gateway) -> str:
    """The rounds of the busiest day of the demo's week."""
    visit = await gateway.get("ruth", f"/roster/v1/visits/{id_of('maureen', 'visit')}")
    day = visit["starts_at"][:10]
    asked = {"team_id": str(TEAM), "seconds": 5}
    result = await gateway.answered("ruth", f"/roster/v1/rounds/{day}/proposals", asked)
    return await _drawn(gateway, f"/roster/v1/pictures/round/{result['round_plan_id']}")


async def _pictures(url: str) -> dict[str, str]:
    gateway = Gateway(url, secrets.token_hex(16))
    try:
        return {"barrow-rota.svg": await _rota(gateway), "barrow-round.svg": await _round(gateway)}
    finally:
        await gateway.close()


def main(url: Annotated[str, typer.Argument()], folder: Annotated[Path, typer.Argument()]) -> None:
    """Draw the Barrow team's rota and a day's rounds."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in asyncio.run(_pictures(url)).items():
        (folder / name).write_text(picture)


if __name__ == "__main__":
    typer.run(main)
