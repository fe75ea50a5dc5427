"""Steps of a loan: asked by the stranger's team, agreed by Ruth's, and placed by Tom's own word."""

from typing import Any

from uuid6 import uuid7

from tests.roster.facts import TOM, code, pointer
from tests.roster.swapping.conftest import Team
from tests.roster.swapping.made import EARLY, at, done, step
from tests.running import OTHER_TEAM, TEAM

GROUND = {"kind": "emergency", "words": "Three are ill there"}
FLOOR = "It is a quiet day and Sandra is on call"


def a_loan(number: int = 0, times: tuple[str, str] = EARLY, **changes: Any) -> dict[str, Any]:
    made = {"starts_at": at(number, times[0]), "ends_at": at(number + (times[1] < times[0]), times[1])}
    about = {"team_id": str(OTHER_TEAM), "lending_team_id": str(TEAM), "needs": [], "reason": "sickness"}
    return {"id": str(uuid7()), "unpaid_break_minutes": 30} | made | about | changes


def lending(who: object = TOM, **changes: Any) -> dict[str, Any]:
    return {"employee_id": str(who), "below_floor_words": FLOOR} | changes


async def asked(there: Any, number: int = 0, times: tuple[str, str] = EARLY, **changes: Any) -> Any:
    answer = await there.post("/v1/loans", json=a_loan(number, times, **changes))
    assert answer.status_code == 201, answer.text
    return answer


async def ok(nurse: Any, answer: Any, verb: str, body: Any = None) -> Any:
    return await done(nurse, answer, verb, body, of="loans")


async def refused(nurse: Any, answer: Any, verb: str, body: Any = None) -> tuple[int, str, str]:
    found = await step(nurse, answer, verb, body, of="loans")
    return found.status_code, code(found), pointer(found)


async def placed(there: Any, team: Team, number: int = 0, times: tuple[str, str] = EARLY, **changes: Any) -> Any:
    agreed = await ok(team.ruth, await asked(there, number, times), "agree", lending(**changes))
    return await ok(team.tom, agreed, "place")
