"""What the tests of a team's rota say: its days, duties, versions, answers and decisions."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from services.common.types import day_in_england
from tests.roster.facts import RUTH, SANDRA, TOM
from tests.running import TEAM

TODAY = day_in_england(datetime.now(UTC))
# A Monday some weeks from now, so that nothing of the rota has begun.
MONDAY = TODAY + timedelta(days=35 - TODAY.weekday())
EARLY, LATE, NIGHT, WEEKEND = (
    {"starts_minute": 450, "ends_minute": 930, "unpaid_break_minutes": 30},
    {"starts_minute": 810, "ends_minute": 1290, "unpaid_break_minutes": 30},
    {"starts_minute": 1260, "ends_minute": 1830, "unpaid_break_minutes": 30},
    {"starts_minute": 480, "ends_minute": 720},
)
ON_CALL = {"kind": "on_call_home", "starts_minute": 720, "ends_minute": 960}
DUTIES: dict[str, list[dict[str, Any]]] = {"E": [EARLY], "L": [LATE], "N": [NIGHT], "W": [WEEKEND, ON_CALL]}
WORKDAYS = ["mon", "tue", "wed", "thu", "fri"]
Cell = tuple[UUID, int, str | None]


def day(number: int) -> str:
    """A day of the rota, the first being nought."""
    return str(MONDAY + timedelta(days=number))


def a_duty_type(code: str, **changes: Any) -> dict[str, Any]:
    made = {"id": str(uuid7()), "team_id": str(TEAM), "code": code, "parts": DUTIES[code], "from_on": "2025-01-01"}
    return made | changes


def a_rota(**changes: Any) -> dict[str, Any]:
    needs = [{"code": "E", "days": WORKDAYS, "people": 1}, {"code": "L", "days": WORKDAYS, "people": 1}]
    made = {"id": str(uuid7()), "team_id": str(TEAM), "from_on": day(0), "to_on": day(13), "needs": needs}
    return made | changes


def cells(*these: Cell) -> list[dict[str, Any]]:
    return [{"employee_id": str(who), "day_on": day(number), "code": code} for who, number, code in these]


def a_version(*these: Cell, **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid7()), "duties": cells(*these)} | changes


def a_response(answer: str = "ok", **changes: Any) -> dict[str, Any]:
    why = {"reason": "Three weekends running", "about": "fairness"} if answer == "objection" else {}
    return {"id": str(uuid7()), "answer": answer} | why | changes


def a_decision(*present: UUID, **changes: Any) -> dict[str, Any]:
    there = [str(who) for who in present or (RUTH, TOM, SANDRA)]
    made = {"id": str(uuid7()), "meeting_on": str(TODAY), "present": there, "facilitator_id": there[0]}
    return made | changes


def a_leave(who: UUID = RUTH, **changes: Any) -> dict[str, Any]:
    made = {"id": str(uuid7()), "team_id": str(TEAM), "employee_id": str(who), "kind": "annual"}
    return made | {"from_on": day(0), "to_on": day(4), "minutes": 1800} | changes


def availability(**changes: Any) -> dict[str, Any]:
    made = {"id": str(uuid7()), "team_id": str(TEAM), "weekday": "mon", "says": "cannot", "weight": 2}
    return made | {"from_on": str(TODAY)} | changes


def an_agreement(amount: int, **changes: Any) -> dict[str, Any]:
    made = {"id": str(uuid7()), "team_id": str(TEAM), "code": "rota.longest_shift", "from_on": str(TODAY)}
    return made | {"amount": amount, "agreed_on": str(TODAY)} | changes


WEEK: tuple[Cell, ...] = (
    *((RUTH, number, "E") for number in range(5)),
    *((TOM, number, "L") for number in range(5)),
    (SANDRA, 5, "W"),
    (SANDRA, 6, "W"),
)


class Planning:
    """A nurse who plans, with a rota and the team's duty types; every call is checked to be done."""

    def __init__(self, nurse: Any, rota: dict[str, Any]) -> None:
        self.nurse, self.rota = nurse, rota

    @classmethod
    async def begun(cls, nurse: Any, **changes: Any) -> "Planning":
        for code in DUTIES:
            assert (await nurse.post("/v1/duty-types", json=a_duty_type(code))).status_code == 201
        rota = a_rota(**changes)
        answer = await nurse.post("/v1/rotas", json=rota)
        assert answer.status_code == 201, answer.text
        return cls(nurse, rota)

    async def drafted(self, *these: Cell, **changes: Any) -> Any:
        answer = await self.nurse.post(f"/v1/rotas/{self.rota['id']}/versions", json=a_version(*these, **changes))
        assert answer.status_code == 201, answer.text
        return answer

    async def proposed(self, *these: Cell, **changes: Any) -> Any:
        return await self.done(await self.drafted(*these, **changes), "propose")

    async def done(self, version: Any, verb: str, body: Any = None) -> Any:
        answer = await self.tried(version, verb, body)
        assert answer.status_code == 200, answer.text
        return answer

    async def amended(self, version: Any, *these: Cell, **changes: Any) -> Any:
        """The published version as it was read, with some cells changed."""
        body = a_version(*these, **({"from_version_id": id_of(version), "reason": "demand"} | changes))
        at = f"/v1/rotas/{self.rota['id']}/amendments"
        return await self.nurse.post(at, json=body, headers={"If-Match": version.headers["ETag"]})

    async def tried(self, version: Any, verb: str, body: Any = None) -> Any:
        at = f"/v1/rota-versions/{id_of(version)}/{verb}"
        return await self.nurse.post(at, json=body, headers={"If-Match": version.headers["ETag"]})

    async def read(self, version: Any) -> Any:
        return await self.nurse.get(f"/v1/rota-versions/{id_of(version)}")

    async def decided(self, version: Any, *present: UUID, **changes: Any) -> Any:
        at = f"/v1/rota-versions/{id_of(version)}/decision"
        return await self.nurse.post(at, json=a_decision(*present, **changes))


def id_of(version: Any) -> str:
    return str(version.json()["rota_version"]["id"])


def state_of(version: Any) -> str:
    return str(version.json()["rota_version"]["state"])


async def say(member: Any, version: Any, answer: str = "ok", **changes: Any) -> Any:
    return await member.post(f"/v1/rota-versions/{id_of(version)}/responses", json=a_response(answer, **changes))


def on_duty(version: Any) -> set[tuple[str, str, str]]:
    return {(duty["employee_id"], duty["day_on"], duty["code"]) for duty in version.json()["duties"]}


def wanted(*these: Cell) -> set[tuple[str, str, str]]:
    return {(str(who), day(number), code) for who, number, code in these if code is not None}
