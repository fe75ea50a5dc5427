"""Outside a team a figure is of a whole month that is over, so that no two of them differ by one person."""

from typing import Any

import pytest

from services.common.auth import Persona
from tests.access.operations import SERVICES, operations
from tests.access.world import world_of
from tests.running import Databases

AROUND = (Persona.COACH, Persona.HEATSHIELD, Persona.STEERING, Persona.COMMISSIONER)
# What stands on no client may be asked for any day.
OF_ANY_DAY = {"obstacles", "rules", "waiting", "contracts/ending"}
# A day there names the whole quarter that it is in, which has to be over.
OF_A_QUARTER = {"feedback", "hospital-discharges", "equity", "anticipatory-lists"}


@pytest.mark.parametrize("name", SERVICES)
async def test_a_figure_cannot_be_cut_to_the_days_of_one_person(name: str, databases: Databases) -> None:
    days: list[dict[str, Any]] = [
        {"from_on": "2026-03-10", "to_on": "2026-03-10", "as_of": "2026-03-10"},
        {"from_on": "2026-03-01", "to_on": "2026-03-30", "as_of": "2026-03-30"},
        {"from_on": "2026-02-28", "to_on": "2026-03-31", "as_of": "2199-12-31"},
    ]
    async with world_of(name, databases) as world:
        told = []
        for operation in operations(name):
            path = operation.path.removeprefix("/v1/").removesuffix("/summary")
            if path in OF_ANY_DAY | OF_A_QUARTER and operation.path != "/v1/complaints/summary":
                continue
            for persona in operation.personas & set(AROUND):
                for asked in days if operation.query & {"from_on", "as_of"} else []:
                    request = operation.request(world.ids)
                    request["params"] |= {one: value for one, value in asked.items() if one in operation.query}
                    answer = await (await world.caller(persona)).request(**request)
                    told += [] if answer.status_code == 422 else [(operation.name, persona, asked, answer.text)]
        assert told == []
