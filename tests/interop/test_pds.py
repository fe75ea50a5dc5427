"""PDS: a nurse has a number traced; what it says is shown beside what is held, and the record follows her word."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from fastapi.responses import HTMLResponse, JSONResponse
from uuid6 import uuid7

from demo.partners.pds import Demographics, a_patient, refusal
from services.interop.domain.trace import Demographics as Told
from services.interop.domain.trace import Trace
from services.interop.main import SERVICE as INTEROP
from services.interop.partners.pds import client as way
from services.interop.partners.pds.patient import patient_of
from tests.common.audited import trail
from tests.interop.answers import stored
from tests.interop.records import Caseload, a_record, a_referral
from tests.interop.tracing import CONNECTED, HELD, MAUREEN, NEWER, NOBODYS, around, ask
from tests.interop.validating import REFERENCE
from tests.running import NURSE, OTHER_TEAM, STRANGER, Databases, Running, running


@pytest.fixture
def nhs() -> Demographics:
    return Demographics()


@pytest.fixture
async def traced(databases: Databases, caseload: Caseload, nhs: Demographics) -> AsyncIterator[Running]:
    peers = {"caseload": caseload.app(), **around(nhs)}
    async with running(databases, INTEROP, peers=peers, **CONNECTED) as system:
        await system.join("interop")
        await system.join("interop", team=OTHER_TEAM, employee=STRANGER)
        yield system


def a_client(caseload: Caseload, **person: Any) -> str:
    record = a_record(**person)
    client_id: str = record["client"]["id"]
    caseload.clients[client_id] = record
    return client_id


async def test_what_pds_says_is_shown_beside_what_is_held_and_each_outcome_has_its_way_out(
    traced: Running, caseload: Caseload, nhs: Demographics
) -> None:
    nurse = await traced.nurse("interop")
    moved = [{"use": "home", "line": ["2 Mill Lane"], "postalCode": "LA14 2BB"}]
    verified = a_client(caseload)
    nhs.knows(a_patient(HELD, **MAUREEN, address=moved))
    told = (await ask(nurse, client_id=verified)).json()
    assert (told["trace"]["outcome"], told["trace"]["nhs_number"], told["trace"]["nhs_number_status"]) == (
        "verified",
        HELD,
        "01",
    )
    assert told["differences"] == [
        {"field": "address_line", "held": "7 Chapel Row", "found": "2 Mill Lane"},
        {"field": "postcode", "held": "LA14 1AA", "found": "LA14 2BB"},
    ]
    assert (told["gp_ods_code"], told["trace"]["waits"]) == ("A81001", False)
    assert [one.gp_ods_code for one in await stored(traced, Trace)] == ["A81001"]


async def test_of_a_stranger_behind_a_wrong_number_nothing_is_told(
    traced: Running, caseload: Caseload, nhs: Demographics
) -> None:
    nurse = await traced.nurse("interop")
    nhs.knows(a_patient(HELD, **MAUREEN))
    # Born on another day, and called otherwise: the number is a stranger's, of whom nothing is told.
    stranger = a_client(
        caseload, birth_on="1950-01-01", given_name="Olive", family_name="Crane", address_line="1 Weir Road"
    )
    told = (await ask(nurse, client_id=stranger)).json()
    assert (told["trace"]["outcome"], told["trace"]["nhs_number_status"]) == ("another_person", "04")
    assert {one["field"] for one in told["differences"]} == {"given_name", "family_name", "birth_on"}
    assert not any(secret in json.dumps(told) for secret in ("Tabor", "1936", "Chapel Row", "A81001"))


async def test_somebody_without_a_number_is_looked_for_by_name_and_date_of_birth(
    traced: Running, caseload: Caseload, nhs: Demographics
) -> None:
    nurse = await traced.nurse("interop")
    nhs.knows(a_patient(HELD, **MAUREEN))
    # A number that the NHS does not know, or none at all: looked for by name and date of birth.
    for number in (NOBODYS, None):
        someone = a_referral(nhs_number=number, nhs_number_status="02" if number else "07")
        caseload.referrals[someone["id"]] = someone
        told = (await ask(nurse, referral_id=someone["id"])).json()["trace"]
        assert (told["outcome"], told["nhs_number"], told["waits"]) == ("found", HELD, True), number
    assert nhs.asked[-1][1:] == (
        "/Patient",
        {
            "family": "Tabor",
            "given": "Maureen",
            "birthdate": "eq1936-06-06",
            "gender": "female",
            "address-postalcode": "LA14 1AA",
        },
    )
    assert len({request_id for request_id, _, _ in nhs.asked}) == len(nhs.asked)
    nhs.knows(a_patient(NEWER, **MAUREEN))
    told = (await ask(nurse, referral_id=someone["id"])).json()["trace"]
    assert (told["outcome"], told["nhs_number"], told["nhs_number_status"]) == ("many_matches", None, "04")
    nhs.patients.clear()
    told = (await ask(nurse, client_id=a_client(caseload))).json()["trace"]
    assert (told["outcome"], told["nhs_number"], told["nhs_number_status"]) == ("no_match", HELD, "04")
    assert told["way_out"]


async def test_of_a_restricted_person_nothing_tells_where_they_are_and_what_is_held_stays(
    traced: Running, caseload: Caseload, nhs: Demographics
) -> None:
    nurse, held = await traced.nurse("interop"), a_client(caseload)
    # Even where PDS should tell what it never tells.
    leak = {"address": [{"use": "home", "line": ["9 Refuge Row"], "postalCode": "LA14 9ZZ"}]}
    nhs.knows(a_patient(HELD, **MAUREEN, restricted=True, **leak))
    answer = await ask(nurse, client_id=held)
    told = answer.json()
    assert (told["trace"]["outcome"], told["trace"]["is_restricted"], told["gp_ods_code"]) == ("verified", True, None)
    assert told["differences"] == []
    assert not any(secret in answer.text for secret in ("Refuge", "LA14 9ZZ", "A81001"))


async def test_a_trace_is_the_teams_own_and_is_on_record(
    traced: Running, caseload: Caseload, nhs: Demographics, caplog: pytest.LogCaptureFixture
) -> None:
    nurse, held = await traced.nurse("interop"), a_client(caseload)
    nhs.knows(a_patient(HELD, **MAUREEN))
    stranger = await traced.client("interop", STRANGER)
    hidden = await ask(stranger, client_id=held)
    absent = await ask(stranger, client_id=str(uuid7()))
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.json()["detail"] == absent.json()["detail"]
    assert nhs.asked == []
    with caplog.at_level(logging.INFO):
        made = (await ask(nurse, client_id=held)).json()["trace"]
    # httpx tells addresses; as the services set logging up it tells nothing.
    said = " ".join(one.getMessage() for one in caplog.records if one.name not in ("httpx", "httpcore"))
    assert not any(secret in said for secret in (HELD, "Tabor", "Chapel Row"))
    assert (await stranger.get(f"/v1/traces/{made['id']}")).status_code == 404
    (row,) = [one for one in await trail(traced.databases["interop"]) if one.entity_id == UUID(made["id"])][:1]
    assert (row.subject, row.operation, row.client_ids) == (str(NURSE), "POST /v1/traces", [UUID(held)])


async def test_what_cannot_be_traced_is_refused_with_its_way_out(
    traced: Running, caseload: Caseload, nhs: Demographics
) -> None:
    nurse, held = await traced.nurse("interop"), a_client(caseload)
    nhs.knows(a_patient(HELD, **MAUREEN))
    both = {"id": str(uuid7()), "client_id": held, "referral_id": held}
    for body in ({"id": str(uuid7())}, both, {"id": "no id", "client_id": held}, []):
        assert (await nurse.post("/v1/traces", json=body)).status_code == 422, body
    unborn = a_client(caseload, nhs_number=None, nhs_number_status="07", birth_on=None)
    refused = await ask(nurse, client_id=unborn)
    assert (refused.status_code, refused.json()["code"]) == (422, "not_traceable")
    odd = a_client(caseload, nhs_number=None, nhs_number_status="07")
    nhs.answers = [refusal(400, "INVALID_SEARCH_DATA")]
    assert (await ask(nurse, client_id=odd)).json()["code"] == "not_traceable"
    made = (await ask(nurse, client_id=held)).json()["trace"]
    etag = {"If-Match": f'"{made["version"]}"'}
    again = await nurse.post(f"/v1/traces/{made['id']}/confirm", headers=etag)
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_confirm")


async def test_a_partner_that_cannot_answer_is_said_to_be_away_and_asked_again_under_the_same_id(
    traced: Running, caseload: Caseload, nhs: Demographics
) -> None:
    nurse, held = await traced.nurse("interop"), a_client(caseload)
    ops = await traced.client("interop", "ops", "ops")
    nhs.knows(a_patient(HELD, **MAUREEN))
    later = {"retry-after": "0"}
    nhs.answers = [refusal(429, "TOO_MANY_REQUESTS", **later), HTMLResponse("<html>", 503, headers=later)]
    assert (await ask(nurse, client_id=held)).json()["trace"]["outcome"] == "verified"
    assert len(nhs.asked) == 3
    assert len({request_id for request_id, _, _ in nhs.asked}) == 1
    page, no_fhir = HTMLResponse("<html>"), JSONResponse({"id": HELD})
    never = [refusal(503, "X", **later) for _ in range(way.ATTEMPTS)]
    for answers, code, seconds in (
        ([page], "unreadable", "30"),
        ([no_fhir], "unreadable", "30"),
        ([JSONResponse({"resourceType": "Patient", "id": "1"})], "unreadable", "30"),
        ([HTMLResponse("<html>", 404)], "http_404", "30"),
        ([refusal(403, "ACCESS_DENIED")], "http_403", "30"),
        ([refusal(408, "UNABLE_TO_CALL_SERVICE")], "http_408", "30"),
        ([HTMLResponse("<html>", 500)], "http_500", "30"),
        ([refusal(429, "TOO_MANY_REQUESTS", **{"retry-after": "90"})], "http_429", "90"),
        (never, "http_503", "1"),
    ):
        nhs.answers = list(answers)
        refused = await ask(nurse, client_id=held)
        assert (refused.status_code, refused.json()["code"]) == (503, "pds_unavailable"), code
        assert refused.headers["retry-after"] == seconds, code
        (standing,) = [one for one in (await ops.get("/v1/partners")).json()["items"] if one["name"] == "pds"]
        assert (standing["state"], standing["last_error"]) == ("failing", code)
        assert nhs.answers == []


async def test_silence_and_a_token_that_is_over_are_got_over(
    traced: Running, caseload: Caseload, nhs: Demographics, monkeypatch: pytest.MonkeyPatch
) -> None:
    nurse, held = await traced.nurse("interop"), a_client(caseload)
    ops = await traced.client("interop", "ops", "ops")
    nhs.knows(a_patient(HELD, **MAUREEN))
    monkeypatch.setattr(way, "PATIENCE_SECONDS", 0.05)
    nhs.silent = asyncio.Event()
    assert (await ask(nurse, client_id=held)).status_code == 503
    nhs.silent = None
    monkeypatch.undo()
    # A token that the platform forgot is asked for anew.
    nhs.answers = [refusal(401, "ACCESS_DENIED")]
    assert (await ask(nurse, client_id=held)).status_code == 201
    (standing,) = [one for one in (await ops.get("/v1/partners")).json()["items"] if one["name"] == "pds"]
    assert (standing["state"], standing["failures"]) == ("working", 0)


async def test_without_an_address_nobody_is_asked(interop: Running, caseload: Caseload) -> None:
    refused = await ask(await interop.nurse("interop"), client_id=a_client(caseload))
    assert (refused.status_code, refused.json()["code"]) == (409, "pds_not_connected")
    ops = await interop.client("interop", "ops", "ops")
    states = {one["name"]: one["state"] for one in (await ops.get("/v1/partners")).json()["items"]}
    assert states["pds"] == "not_connected"


@pytest.mark.skipif(not (REFERENCE / "pds").is_dir(), reason="the NHS's published examples are not here")
def test_the_published_patients_are_read() -> None:
    def read(name: str) -> Told:
        return patient_of(json.loads((REFERENCE / "pds" / f"{name}.json").read_text("utf-8")))

    full, hidden, bare = read("Patient"), read("Sensitive_Patient"), read("Minimal_Patient")
    assert (full.is_restricted, full.gp_ods_code) == (False, "Y12345")
    assert {"address_line", "postcode"} <= set(full.details)
    assert (hidden.is_restricted, hidden.gp_ods_code) == (True, None)
    assert {"given_name", "family_name", "birth_on", "sex"} == set(hidden.details)
    assert (bare.is_restricted, bare.details) == (False, {})
