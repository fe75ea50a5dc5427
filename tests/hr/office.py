"""What the HR office sends in these tests, and the office itself."""

from typing import Any
from uuid import UUID

from uuid6 import uuid7

from services.common.auth import Persona
from tests.running import TEAM, Running

MOST = 12
AROUND_THE_TEAM = (Persona.COACH, Persona.HEATSHIELD)
OUTSIDERS = (
    Persona.STEERING,
    Persona.SOCIAL_WORKER,
    Persona.COMMISSIONER,
    Persona.COUNCIL,
    Persona.INTEGRATOR,
    Persona.OPS,
    Persona.SERVICE,
)


def an_employee(**changes: Any) -> dict[str, Any]:
    employee = {
        "id": str(uuid7()),
        "given_name": "Ruth",
        "family_name": "Adeyemi",
        "role": "registered_nurse",
        "title": "District nurse",
        "band": "6",
        "phone": "07700 900101",
        "skills": ["wound_care", "syringe_driver"],
        "revalidation_due_on": "2027-09-29",
    }
    return employee | changes


def a_membership(employee_id: object, **changes: Any) -> dict[str, Any]:
    membership = {
        "id": str(uuid7()),
        "team_id": str(TEAM),
        "employee_id": str(employee_id),
        "role": "registered_nurse",
        "from_on": "2025-06-01",
    }
    return membership | changes


def a_contract(employee_id: object, **changes: Any) -> dict[str, Any]:
    contract = {
        "id": str(uuid7()),
        "employee_id": str(employee_id),
        "team_id": str(TEAM),
        "kind": "permanent",
        "band": "6",
        "role": "registered_nurse",
        "minutes_per_week": 1800,
        "from_on": "2025-06-01",
    }
    return contract | changes


def a_check(employee_id: object, **changes: Any) -> dict[str, Any]:
    check = {
        "id": str(uuid7()),
        "employee_id": str(employee_id),
        "team_id": str(TEAM),
        "started_on": "2026-09-14",
    }
    return check | changes


def an_opt_out(employee_id: object, **changes: Any) -> dict[str, Any]:
    """Signed in January, with a month's notice."""
    opt_out = {
        "id": str(uuid7()),
        "team_id": str(TEAM),
        "employee_id": str(employee_id),
        "signed_on": "2026-01-05",
        "from_on": "2026-01-12",
        "notice_days": 30,
    }
    return opt_out | changes


def a_competency(employee_id: object, assessed_by: object, **changes: Any) -> dict[str, Any]:
    """A year from a day that has come."""
    competency = {
        "id": str(uuid7()),
        "team_id": str(TEAM),
        "employee_id": str(employee_id),
        "task": "give_medicine",
        "assessed_by": str(assessed_by),
        "assessed_on": "2026-11-02",
        "until_on": "2027-11-01",
    }
    return competency | changes


async def office(hr: Running) -> Any:
    """The HR office's client."""
    return await hr.client("hr", "hr-office", Persona.HR)


async def employed(hr: Running, **changes: Any) -> str:
    """A new employee's id."""
    answer = await (await office(hr)).post("/v1/employees", json=an_employee(**changes))
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


async def joined(hr: Running, *, employee_id: UUID | str | None = None, **changes: Any) -> dict[str, Any]:
    """A new member of the team, as hr answers."""
    who = employee_id or await employed(hr)
    answer = await (await office(hr)).post("/v1/team-memberships", json=a_membership(who, **changes))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def filled(hr: Running, members: int = MOST) -> list[dict[str, Any]]:
    """New members of the team, as many as there may be unless told otherwise."""
    return [await joined(hr) for _ in range(members)]


async def ended(hr: Running, membership: dict[str, Any], until_on: str, version: int | None = None) -> Any:
    """The answer to setting the last day of a membership."""
    return await (await office(hr)).post(
        f"/v1/team-memberships/{membership['id']}/end",
        json={"until_on": until_on},
        headers={"If-Match": f'"{version or membership["version"]}"'},
    )


async def checked(hr: Running, check_id: str, status: str, on: str, **more: Any) -> dict[str, Any]:
    """The check after one more step."""
    step = {"status": status, "on": on, **more}
    answer = await (await office(hr)).post(f"/v1/dbs-checks/{check_id}/progress", json=step)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(answer: Any, status: int, code: str, pointer: str) -> None:
    """A refusal says which rule, at which field, and the way out."""
    assert answer.status_code == status, answer.text
    assert answer.json()["code"] == code
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert error["way_out"]
