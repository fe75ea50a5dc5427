"""What PDS said of a number goes into the record of the team, on a nurse's word, and everything follows."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from uuid6 import uuid7

from demo.partners.pds import Demographics, a_patient
from services.caseload.events import NhsNumberChanged
from services.caseload.main import SERVICE as CASELOAD
from services.interop.events import NhsNumberTraced
from services.interop.main import SERVICE as INTEROP
from tests.interop.tracing import CONNECTED, HELD, MAUREEN, NEWER, SHE, around, ask
from tests.running import DEPUTY, NURSE, TEAM, Databases, Running, running, until


@pytest.fixture
def nhs() -> Demographics:
    return Demographics()


@pytest.fixture
async def both(databases: Databases, nhs: Demographics) -> AsyncIterator[Running]:
    async with running(databases, CASELOAD, INTEROP, peers=around(nhs), **CONNECTED) as system:
        await system.join("caseload")
        await system.join("caseload", employee=DEPUTY)
        await system.join("interop")
        yield system


async def confirm(nurse: Any, made: dict[str, Any]) -> Any:
    answer = await nurse.post(f"/v1/traces/{made['id']}/confirm", headers={"If-Match": f'"{made["version"]}"'})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_confirmed_number_goes_into_the_record_and_everything_follows(both: Running, nhs: Demographics) -> None:
    team, asking = await both.nurse("caseload"), await both.nurse("interop")
    first = await _taken_on(team, SHE | {"nhs_number": HELD})
    nhs.knows(a_patient(NEWER, **MAUREEN))
    nhs.instead[HELD] = NEWER
    made = (await ask(asking, client_id=first)).json()["trace"]
    assert (made["outcome"], made["nhs_number"], made["waits"]) == ("superseded", NEWER, True)
    assert await both.published("interop", NhsNumberTraced) == []
    assert await _number(team, first) == (HELD, "02")
    assert (await confirm(asking, made))["confirmed_by"] == str(NURSE)
    await until(lambda: _is(team, first, (NEWER, "01")))
    trust = await both.client("interop", "trust-tie", "integrator")

    async def is_told() -> bool:
        answer = await trust.get(f"/fhir/R4/Patient/{first}")
        return answer.status_code == 200 and NEWER in answer.text and HELD not in answer.text

    await until(is_told)
    told = json.dumps([one.data for one in await both.published("interop", NhsNumberTraced)])
    assert not any(number in told for number in (HELD, NEWER))


async def test_a_number_of_two_is_resolved_by_people_and_one_that_nobody_knows_is_trusted_no_longer(
    both: Running, nhs: Demographics
) -> None:
    team, asking = await both.nurse("caseload"), await both.nurse("interop")
    first = await _taken_on(team, SHE | {"nhs_number": NEWER})
    # Somebody else of the team is traced to the same number: one of the two is wrong, and neither is merged.
    second = await _taken_on(team, SHE | {"birth_on": "1936-06-07"})
    nhs.knows(a_patient(NEWER, **MAUREEN | {"born": "1936-06-07"}))
    made = (await ask(asking, client_id=second)).json()["trace"]
    assert (made["outcome"], made["nhs_number"]) == ("found", NEWER)
    await confirm(asking, made)
    await until(lambda: _is(team, second, (NEWER, "05")))
    # What the NHS does not know of the person stays as it was written.
    nhs.patients.clear()
    assert (await ask(asking, client_id=first)).json()["trace"]["outcome"] == "no_match"
    await until(lambda: _is(team, first, (NEWER, "04")))
    changes = await both.published("caseload", NhsNumberChanged)
    assert [one.data["nhs_number_status"] for one in changes] == ["05", "04"]


async def test_a_number_found_for_a_referral_goes_on_to_the_client(both: Running, nhs: Demographics) -> None:
    team, asking = await both.nurse("caseload"), await both.nurse("interop")
    referral_id = await _referred(team, SHE)
    nhs.knows(a_patient(NEWER, **MAUREEN))
    await confirm(asking, (await ask(asking, referral_id=referral_id)).json()["trace"])

    async def has_it() -> bool:
        referral = (await team.get(f"/v1/referrals/{referral_id}")).json()
        return (referral["nhs_number"], referral["nhs_number_status"]) == (NEWER, "01")

    await until(has_it)
    assert await _number(team, await _accepted(team, referral_id, version=2)) == (NEWER, "01")


async def _taken_on(team: Any, person: dict[str, Any]) -> str:
    return await _accepted(team, await _referred(team, person))


async def _referred(team: Any, person: dict[str, Any]) -> str:
    referral = {"id": str(uuid7()), "team_id": str(TEAM), "source": "gp", "reason": "Leg ulcer", "person": person}
    received = await team.post("/v1/referrals", json=referral | {"received_at": "2026-11-02T09:00:00Z"})
    assert received.status_code == 201, received.text
    return str(referral["id"])


async def _accepted(team: Any, referral_id: str, version: int = 1) -> str:
    client_id = str(uuid7())
    acceptance = {
        "client_id": client_id,
        "episode_of_care_id": str(uuid7()),
        "named_nurse_id": str(NURSE),
        "deputy_id": str(DEPUTY),
        "pathway": "recovery",
        "urgent_reason": "The wound is infected",
        "same_person": False,
    }
    where, etag = f"/v1/referrals/{referral_id}/accept", {"If-Match": f'"{version}"'}
    accepted = await team.post(where, json=acceptance, headers=etag)
    assert accepted.status_code == 201, accepted.text
    return client_id


async def _number(team: Any, client_id: str) -> tuple[str | None, str]:
    client = (await team.get(f"/v1/clients/{client_id}")).json()["client"]
    return client["nhs_number"], client["nhs_number_status"]


async def _is(team: Any, client_id: str, wanted: tuple[str, str]) -> bool:
    return await _number(team, client_id) == wanted
