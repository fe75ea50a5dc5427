"""Who viewed my record: for the nurses of the client's own team, page by page, of every service."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.caseload.main import SERVICE
from services.common.types import day_in_england
from tests.caseload.story import OnCaseload, a_contact, new_id, take_on
from tests.common.audited import newest
from tests.running import DEPUTY, NURSE, OTHER_TEAM, STRANGER, Databases, Running, running


@pytest.fixture
async def client(caseload: Running) -> OnCaseload:
    return await take_on(caseload)


async def report(client: OnCaseload, **asked: Any) -> Any:
    answer = await client.nurse.get(f"/v1/clients/{client.client_id}/access-report", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.get(f"/v1/clients/{new_id()}/access-report")).status_code == 401


async def test_everybody_who_saw_or_changed_the_record_is_in_it(caseload: Running, client: OnCaseload) -> None:
    deputy = await caseload.client("caseload", DEPUTY)
    sister = await caseload.client("caseload", "svc:interop", "service")
    stranger = await caseload.client("caseload", STRANGER)
    await client.post("/v1/care-contacts", a_contact(client.episode_id))
    await deputy.get(f"/v1/clients/{client.client_id}")
    await sister.get(f"/v1/clients/{client.client_id}")
    await stranger.get(f"/v1/clients/{client.client_id}")
    items = (await report(client))["items"]
    assert [(one["employee_id"], one["system"], one["what"]) for one in items] == [
        (None, "svc:interop", "The whole record in one call, with who wrote what."),
        (str(DEPUTY), None, "The whole record in one call, with who wrote what."),
        (
            str(NURSE),
            None,
            "Record what happened. This one entry feeds the record, activity, money, hours, measures and the council.",
        ),
        (str(NURSE), None, "Take the person on, with a named nurse and a deputy; an episode of care opens."),
    ]
    assert {one["purpose"] for one in items} == {"TREAT", "HOPERAT"}
    assert not any(one["break_glass"] for one in items)


async def test_the_report_itself_is_on_record_as_asked_for_by_the_client(caseload: Running, client: OnCaseload) -> None:
    await report(client)
    assert (await newest(caseload.databases["caseload"])).purpose == "PATRQT"
    assert (await report(client))["items"][0]["purpose"] == "PATRQT"


async def test_another_team_cannot_tell_the_client_from_one_who_is_not_there(
    caseload: Running, client: OnCaseload
) -> None:
    stranger = await caseload.client("caseload", STRANGER)
    hidden = await stranger.get(f"/v1/clients/{client.client_id}/access-report")
    absent = await stranger.get(f"/v1/clients/{new_id()}/access-report")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.json() | {"instance": None} == absent.json() | {"instance": None}


async def test_a_long_report_comes_page_by_page(client: OnCaseload) -> None:
    for _ in range(4):
        await client.nurse.get(f"/v1/clients/{client.client_id}")
    everything = (await report(client))["items"]
    found, cursor = [], None
    while True:
        page = await report(client, limit=2, **({"cursor": cursor} if cursor else {}))
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    own = len(found) - len(everything)
    assert found[own:] == everything or [one for one in found if one["purpose"] != "PATRQT"] == everything


async def test_a_cursor_of_another_list_is_refused(client: OnCaseload) -> None:
    path = f"/v1/clients/{client.client_id}/access-report"
    answer = await client.nurse.get(path, params={"cursor": "_" * 22})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


async def test_it_is_of_the_days_asked_for(client: OnCaseload) -> None:
    today = day_in_england(datetime.now(UTC))
    tomorrow, yesterday = today + timedelta(days=1), today - timedelta(days=1)
    assert (await report(client, **{"from": str(today), "to": str(tomorrow)}))["items"]
    assert (await report(client, to=str(yesterday)))["items"] == []
    assert (await report(client, **{"from": str(tomorrow + timedelta(days=1))}))["items"] == []
    path = f"/v1/clients/{client.client_id}/access-report"
    answer = await client.nurse.get(path, params={"from": str(today), "to": str(yesterday)})
    assert (answer.status_code, answer.json()["code"]) == (422, "period_reversed")


async def test_another_service_tells_its_part(databases: Databases) -> None:
    asked: list[dict[str, str]] = []
    access = {
        "at": "2026-11-04T10:00:00Z",
        "persona": "integrator",
        "employee_id": None,
        "system": "trust-tie",
        "acting_for": None,
        "what": "Search a type.",
        "action": "E",
        "purpose": "TREAT",
        "break_glass": False,
    }

    async def answer(request: Request) -> Response:
        asked.append(dict(request.query_params))
        return JSONResponse({"items": [access], "next_before": 7 if len(asked) == 1 else None})

    neighbour = Starlette(routes=[Route("/inside/accesses", answer)])
    async with running(databases, SERVICE, peers={"interop": neighbour}) as system:
        await system.join("caseload")
        await system.join("caseload", employee=DEPUTY)
        await system.join("caseload", team=OTHER_TEAM, employee=STRANGER)
        client = await take_on(system)
        first = await report(client, at="interop", **{"from": "2026-11-01"})
        assert first["items"] == [access]
        assert asked == [{"client_id": client.client_id, "limit": "50", "from": "2026-11-01"}]
        rest = await report(client, at="interop", **{"from": "2026-11-01", "cursor": first["next_cursor"]})
        assert (asked[1]["before"], rest["next_cursor"]) == ("7", None)
        stranger = await system.client("caseload", STRANGER)
        hidden = await stranger.get(f"/v1/clients/{client.client_id}/access-report", params={"at": "interop"})
        assert hidden.status_code == 404


async def test_a_service_tells_another_and_nobody_else(caseload: Running, client: OnCaseload) -> None:
    sister = await caseload.client("caseload", "svc:roster", "service")
    told = await sister.get("/inside/accesses", params={"client_id": client.client_id})
    assert [one["what"] for one in told.json()["items"]] == [
        "Take the person on, with a named nurse and a deputy; an episode of care opens."
    ]
    assert (await client.nurse.get("/inside/accesses", params={"client_id": client.client_id})).status_code == 403
