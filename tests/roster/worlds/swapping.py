"""What roster's swapping adds to the world of the tests that ask everybody: ids, bodies and secrets."""

from typing import Any

from uuid6 import uuid7

from tests.access.world import World
from tests.roster.facts import RUTH, TOM
from tests.roster.swapping.made import a_swap, duty
from tests.roster.swapping.test_loans import a_loan, lending
from tests.roster.swapping.test_open_shifts import an_open_shift
from tests.running import TEAM


async def add(made: World) -> None:
    """A swap of Ruth's that is offered to Tom, a hole that is offered to all, and a nurse who is asked for."""
    nurse = await made.system.nurse("roster")
    given, taken = duty(RUTH, 0), duty(TOM, 1)
    for shift in (given, taken):
        await _made(nurse, "/v1/shifts", shift)
    swap = a_swap(given["id"], to_employee_id=TOM, takes=[taken["id"]])
    await _made(nurse, "/v1/swaps", swap)
    hole = an_open_shift(3)
    await _made(nurse, "/v1/open-shifts", hole)
    loan = a_loan(team_id=str(TEAM), lending_team_id=str(uuid7()))
    await _made(nurse, "/v1/loans", loan)
    made.ids |= {"loan_id": loan["id"]}
    made.ids |= {"open_shift_id": hole["id"], "swap_id": swap["id"], "given_id": given["id"], "taken_id": taken["id"]}
    made.bodies |= {
        "POST /v1/loans": a_loan(team_id=str(TEAM), lending_team_id=str(uuid7())),
        "POST /v1/loans/{loan_id}/agree": lending(),
        "POST /v1/open-shifts": an_open_shift(4),
        "POST /v1/open-shifts/{open_shift_id}/answer": {"answer": "yes"},
        "POST /v1/swaps": a_swap(given["id"], to_employee_id=TOM, takes=[taken["id"]]),
        "POST /v1/swaps/{swap_id}/accept": {"takes": []},
        "POST /v1/swaps/{swap_id}/apply": {"ground": {"kind": "agreement", "words": "Agreed at the meeting"}},
    }


async def _made(nurse: Any, path: str, body: dict[str, Any]) -> None:
    answer = await nurse.post(path, json=body)
    assert answer.status_code == 201, answer.text
