"""The social worker's guest seat: what one client shares, for seven days, and not a word more (mission row 5.43)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from uuid6 import uuid7

from services.common.auth import SYSTEM, Persona
from tests.access.world import GUEST
from tests.caseload.story import OnCaseload, a_contact, a_plan, an_assessment, take_on
from tests.caseload.world import a_guest_seat
from tests.running import OTHER_TEAM, STRANGER, Running


@pytest.fixture
async def olive(caseload: Running) -> OnCaseload:
    """A client with a complete assessment, an agreed plan and a note."""
    client = await take_on(caseload, given_name="Olive", family_name="Frost")
    assessment, plan = an_assessment(client.episode_id), a_plan(client.episode_id)
    await client.post("/v1/assessments", assessment)
    await client.post(f"/v1/assessments/{assessment['id']}/complete", None)
    await client.post("/v1/care-plans", plan)
    await client.post(f"/v1/care-plans/{plan['id']}/agree", {"agreed_how": "in_person", "agreed_on": "2026-11-04"})
    await client.post("/v1/care-contacts", a_contact(client.episode_id))
    return client


@pytest.fixture
async def gareth(caseload: Running) -> Any:
    return await caseload.client("caseload", GUEST, Persona.SOCIAL_WORKER)


async def seated(olive: OnCaseload, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = await olive.post("/v1/guest-seats", a_guest_seat(olive.client_id, **changes))
    return made


async def withdrawn(nurse: Any, seat: dict[str, Any], version: int = 1) -> Any:
    return await nurse.post(f"/v1/guest-seats/{seat['id']}/withdraw", headers={"If-Match": f'"{version}"'})


async def nothing_is_shown(guest: Any, client_id: str) -> None:
    hidden, absent = [await guest.get(f"/v1/shared-clients/{one}") for one in (client_id, uuid7())]
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}
    assert (await guest.get("/v1/shared-clients")).json() == {"items": []}


async def put_back(caseload: Running, seat: dict[str, Any], **values: Any) -> None:
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        table = tx.metadata.tables["guest_seat"]
        await tx.session.execute(table.update().where(table.c.id == seat["id"]).values(**values))


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    seat = a_guest_seat(str(uuid7()))
    assert (await nobody.post("/v1/guest-seats", json=seat)).status_code == 401
    assert (await nobody.post(f"/v1/guest-seats/{seat['id']}/withdraw")).status_code == 401
    for path in ("guest-seats", f"guest-seats/{seat['id']}", "shared-clients", f"shared-clients/{uuid7()}"):
        assert (await nobody.get(f"/v1/{path}")).status_code == 401


async def test_a_guest_reads_what_is_shared_and_not_a_word_more(olive: OnCaseload, gareth: Any) -> None:
    seat = await seated(olive)
    person = {"client_id": olive.client_id, "until_at": seat["until_at"], "given_name": "Olive", "family_name": "Frost"}
    assert (await gareth.get("/v1/shared-clients")).json() == {"items": [person | {"fields": seat["fields"]}]}
    shown = (await gareth.get(f"/v1/shared-clients/{olive.client_id}")).json()
    assert set(shown) == {*person, "care_act_view", "social_care_lines"}
    assert shown["care_act_view"]["what_matters"] == "To walk to the village hall on Thursdays"
    assert "found" not in shown["care_act_view"]
    assert [line["words"] for line in shown["social_care_lines"]] == ["Help to wash, mornings"]


async def test_a_guest_reads_one_field_where_one_is_shared(olive: OnCaseload, gareth: Any) -> None:
    await seated(olive, fields=["phone"])
    shown = (await gareth.get(f"/v1/shared-clients/{olive.client_id}")).json()
    assert set(shown) == {"client_id", "until_at", "phone"}


async def test_other_clients_and_other_doors_stay_shut(caseload: Running, olive: OnCaseload, gareth: Any) -> None:
    other = await take_on(caseload, given_name="Joan", nhs_number="999 000 0034")
    await nothing_is_shown(gareth, other.client_id)
    await seated(olive)
    assert (await gareth.get(f"/v1/shared-clients/{other.client_id}")).status_code == 404
    for path in (
        "clients",
        f"clients/{olive.client_id}",
        "referrals",
        "guest-seats",
        f"review-figures?team_id={uuid7()}",
    ):
        assert (await gareth.get(f"/v1/{path}")).status_code == 403


async def test_another_guest_sees_nothing_of_it(caseload: Running, olive: OnCaseload) -> None:
    await seated(olive)
    await nothing_is_shown(await caseload.client("caseload", "farah", Persona.SOCIAL_WORKER), olive.client_id)


async def test_a_seat_ends_after_seven_days(caseload: Running, olive: OnCaseload, gareth: Any) -> None:
    seat = await seated(olive)
    from_at, until_at = (datetime.fromisoformat(seat[name]) for name in ("from_at", "until_at"))
    assert until_at - from_at == timedelta(days=7)
    await put_back(caseload, seat, from_at=from_at - timedelta(days=7), until_at=from_at)
    await nothing_is_shown(gareth, olive.client_id)
    late = await withdrawn(olive.nurse, seat)
    assert (late.status_code, late.json()["code"]) == (409, "guest_seat_already_ended")
    assert (await seated(olive))["withdrawn_at"] is None


async def test_a_seat_ends_at_once_when_it_is_withdrawn(olive: OnCaseload, gareth: Any) -> None:
    seat = await seated(olive)
    assert (await gareth.get(f"/v1/shared-clients/{olive.client_id}")).status_code == 200
    ended = await withdrawn(olive.nurse, seat)
    assert ended.json()["withdrawn_at"] is not None
    await nothing_is_shown(gareth, olive.client_id)
    again = await withdrawn(olive.nurse, seat, version=2)
    assert (again.status_code, again.json()["code"]) == (409, "guest_seat_already_ended")


async def test_of_one_client_a_guest_has_one_seat_at_a_time(olive: OnCaseload, gareth: Any) -> None:
    seat = await seated(olive)
    twice = await olive.nurse.post("/v1/guest-seats", json=a_guest_seat(olive.client_id))
    assert (twice.status_code, twice.json()["code"]) == (409, "already_invited")
    assert (await withdrawn(olive.nurse, seat)).status_code == 200
    await seated(olive)
    listed = (await olive.nurse.get("/v1/guest-seats", params={"client_id": olive.client_id})).json()["items"]
    assert [one["withdrawn_at"] is None for one in listed] == [False, True]


async def test_a_client_who_went_over_to_another_team_is_shown_no_more(
    caseload: Running, olive: OnCaseload, gareth: Any
) -> None:
    seat = await seated(olive)
    await put_back(caseload, seat, team_id=OTHER_TEAM)
    await nothing_is_shown(gareth, olive.client_id)


async def test_another_team_invites_nobody_to_this_client(caseload: Running, olive: OnCaseload) -> None:
    stranger, seat = await caseload.client("caseload", STRANGER), await seated(olive)
    hidden, absent = [
        await stranger.post("/v1/guest-seats", json=a_guest_seat(one)) for one in (olive.client_id, str(uuid7()))
    ]
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}
    assert (await withdrawn(stranger, seat)).status_code == 404
    assert (await stranger.get(f"/v1/guest-seats/{seat['id']}")).status_code == 404
    assert (await stranger.get("/v1/guest-seats")).json()["items"] == []


async def test_what_was_never_to_be_shared_cannot_be(olive: OnCaseload) -> None:
    for fields in (["nhs_number"], ["notes"], [], ["phone", "phone"]):
        answer = await olive.nurse.post("/v1/guest-seats", json=a_guest_seat(olive.client_id, fields=fields))
        assert answer.status_code == 422
