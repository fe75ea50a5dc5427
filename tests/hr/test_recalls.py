"""A secondee is called back to their own post: contract and place in the team end, and all hear of it (6.05)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.common.auth import Persona
from services.common.types import day_in_england
from services.hr.events import ContractAgreed, SecondmentRecalled, TeamMembershipChanged
from tests.hr.office import AROUND_THE_TEAM, OUTSIDERS, a_contract, employed, joined, office, refused
from tests.running import NURSE, TEAM, Running

TODAY = day_in_england(datetime.now(UTC))
LAST_ON = str(TODAY + timedelta(days=20))
SECONDED = {
    "kind": "secondment",
    "home_employer": "Westmere community nursing",
    "until_on": str(TODAY + timedelta(days=200)),
}
RECALL = {"last_on": LAST_ON, "reason": "post_needs_filling"}


async def agreed(hr: Running, employee: str, **changes: Any) -> Any:
    answer = await (await office(hr)).post("/v1/contracts", json=a_contract(employee, **changes))
    assert answer.status_code == 201, answer.text
    return answer


async def recalled(hr: Running, contract: Any, *, etag: str | None = None, **changes: Any) -> Any:
    headers = {"If-Match": etag or contract.headers["ETag"]}
    path = f"/v1/contracts/{contract.json()['id']}/recall"
    return await (await office(hr)).post(path, json=RECALL | changes, headers=headers)


async def test_anonymous_is_refused(hr: Running) -> None:
    nobody, contract = await hr.client("hr", None), (await agreed(hr, await employed(hr), **SECONDED)).json()
    assert (await nobody.get(f"/v1/contracts/{contract['id']}")).status_code == 401
    assert (await nobody.post(f"/v1/contracts/{contract['id']}/recall", json=RECALL)).status_code == 401


async def test_a_recall_ends_contract_and_membership_on_the_day(hr: Running) -> None:
    priya = await employed(hr)
    membership, contract = await joined(hr, employee_id=priya), await agreed(hr, priya, **SECONDED)
    answer = await recalled(hr, contract)
    assert answer.status_code == 200, answer.text
    found = (await (await office(hr)).get(f"/v1/contracts/{contract.json()['id']}")).json()
    assert (found["until_on"], found["recalled_on"], found["recall_reason"]) == (
        LAST_ON,
        str(TODAY),
        "post_needs_filling",
    )
    (told,) = await hr.published("hr", SecondmentRecalled)
    assert told.data == {
        "contract_id": found["id"],
        "employee_id": priya,
        "team_id": str(TEAM),
        "last_on": LAST_ON,
        "reason": "post_needs_filling",
        "recalled_on": str(TODAY),
        "leaves_team": True,
    }
    assert [one.data["until_on"] for one in await hr.published("hr", ContractAgreed)] == [SECONDED["until_on"], LAST_ON]
    (*_, left) = await hr.published("hr", TeamMembershipChanged)
    assert (left.subject, left.data["until_on"]) == (f"team_membership/{membership['id']}", LAST_ON)


async def test_whoever_has_another_contract_stays_in_the_team(hr: Running) -> None:
    priya = await employed(hr)
    await joined(hr, employee_id=priya)
    contract = await agreed(hr, priya, **SECONDED)
    await agreed(hr, priya, kind="bank", minutes_per_week=0)
    assert (await recalled(hr, contract)).status_code == 200
    assert [one.data["until_on"] for one in await hr.published("hr", TeamMembershipChanged)] == [None]
    assert [one.data["leaves_team"] for one in await hr.published("hr", SecondmentRecalled)] == [False]


@pytest.mark.parametrize(("days_after", "leaves"), [(1, False), (2, True)])
async def test_a_contract_that_begins_after_a_gap_keeps_nobody_in_the_team(
    hr: Running, days_after: int, leaves: bool
) -> None:
    priya = await employed(hr)
    await joined(hr, employee_id=priya)
    contract = await agreed(hr, priya, **SECONDED)
    await agreed(hr, priya, from_on=str(TODAY + timedelta(days=20 + days_after)))
    assert (await recalled(hr, contract)).status_code == 200
    assert [one.data["leaves_team"] for one in await hr.published("hr", SecondmentRecalled)] == [leaves]


async def test_an_end_that_comes_sooner_is_left_alone(hr: Running) -> None:
    priya = await employed(hr)
    await joined(hr, employee_id=priya, until_on=str(TODAY + timedelta(days=3)))
    assert (await recalled(hr, await agreed(hr, priya, **SECONDED))).status_code == 200
    assert len(await hr.published("hr", TeamMembershipChanged)) == 1


async def test_only_a_secondee_is_recalled_and_once(hr: Running) -> None:
    ruth, priya = await employed(hr), await employed(hr)
    refused(await recalled(hr, await agreed(hr, ruth)), 409, "not_a_secondment", "/path/contract_id")
    contract = await agreed(hr, priya, **SECONDED)
    first = await recalled(hr, contract)
    refused(await recalled(hr, contract), 412, "precondition_failed", "/header/If-Match")
    again = await recalled(hr, contract, etag=first.headers["ETag"], last_on=str(TODAY))
    refused(again, 409, "already_recalled", "/path/contract_id")
    assert len(await hr.published("hr", SecondmentRecalled)) == 1


@pytest.mark.parametrize("last_on", [str(TODAY - timedelta(days=1)), SECONDED["until_on"], "2099-01-01"])
async def test_the_last_day_is_to_come_and_shortens_the_secondment(hr: Running, last_on: str) -> None:
    contract = await agreed(hr, await employed(hr), **SECONDED)
    answer = await recalled(hr, contract, last_on=last_on)
    refused(answer, 422, "recall_outside_secondment", "/body/last_on")
    assert await hr.published("hr", SecondmentRecalled) == []


async def test_a_reason_is_one_of_those_that_tell_nothing_of_the_person(hr: Running) -> None:
    contract = await agreed(hr, await employed(hr), **SECONDED)
    refused(await recalled(hr, contract, reason="she is ill"), 422, "validation_failed", "/body/reason")


async def test_a_recall_is_hrs_to_record(hr: Running) -> None:
    contract = await agreed(hr, await employed(hr), **SECONDED)
    for persona in (Persona.NURSE, Persona.FINANCE, *AROUND_THE_TEAM, *OUTSIDERS):
        other = await hr.client("hr", NURSE, persona)
        path = f"/v1/contracts/{contract.json()['id']}"
        assert (await other.post(f"{path}/recall", json=RECALL, headers={"If-Match": '"1"'})).status_code == 403
        assert (await other.get(path)).status_code == 403
