"""What an agency is shown of a client's day by a link: what was agreed and no more, and one answer when it is over."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url, select, update

from services.caseload.domain.day_sheet import DaySheetShare
from services.caseload.domain.one_time_link import fingerprint
from services.caseload.domain.other_care import OtherCare
from services.caseload.usecases import SOMEBODY
from services.common.auth import SYSTEM
from tests.caseload.around import ago, ahead, an_agency
from tests.caseload.copies import a_day_sheet_share
from tests.caseload.story import OnCaseload, new_id, take_on
from tests.caseload.test_plan_copies import a_visit
from tests.running import STRANGER, Running

EVERY_DAY = [{"days": [1, 2, 3, 4, 5, 6, 7], "at": "09:00", "minutes": 30}]
SHOWN = {
    *("agency", "agency_ref", "on", "first_on", "last_on", "until_at"),
    *("is_paused", "our_visits", "agency_calls", "who_to_ring"),
}


@pytest.fixture
async def client(caseload: Running) -> OnCaseload:
    """Maureen, to whom two agencies come."""
    made = await take_on(caseload)
    made.kept["care"] = await made.post("/v1/other-care", an_agency(made.client_id, times=EVERY_DAY))
    await made.post("/v1/other-care", an_agency(made.client_id, agency="Night Owls", kind="sitting"))
    return made


async def shared(client: OnCaseload, **changes: Any) -> Any:
    return await client.post("/v1/day-sheet-shares", a_day_sheet_share(client.kept["care"]["id"], **changes))


async def look(caseload: Running, share: Any, **asked: Any) -> Any:
    outside = await caseload.client("caseload", None)
    secret = share["address"].partition("#")[2]
    return await outside.post("/open/day-sheets/look", json={"secret": secret, **asked})


def tomorrow_at(hour: int) -> dict[str, str]:
    return {"starts_at": f"{ahead(1)}T{hour:02}:00:00Z", "ends_at": f"{ahead(1)}T{hour:02}:40:00Z"}


async def test_anonymous_is_refused_at_the_teams_side(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    for path in ("day-sheet-shares", f"day-sheet-shares/{new_id()}"):
        assert (await nobody.get(f"/v1/{path}")).status_code == 401
    assert (await nobody.post("/v1/day-sheet-shares", json=a_day_sheet_share(new_id()))).status_code == 401


async def test_an_agency_sees_when_we_come_and_when_it_does_and_the_look_is_on_record(
    caseload: Running, client: OnCaseload
) -> None:
    await a_visit(caseload, client, 0, **tomorrow_at(11))
    await a_visit(caseload, client, 0, **tomorrow_at(12), channel="telephone")
    await a_visit(caseload, client, 0, **tomorrow_at(13), status="cancelled")
    await a_visit(caseload, await take_on(caseload, nhs_number="999 000 0212"), 0, **tomorrow_at(14))
    share = await shared(client)
    answer = await look(caseload, share, on=ahead(1))
    told = answer.json()
    assert (answer.status_code, answer.headers["cache-control"], set(told)) == (200, "no-store", SHOWN)
    assert (told["agency"], told["agency_ref"], told["is_paused"]) == ("Suffolk Home Care", "SHC-114", False)
    assert told["our_visits"] == [tomorrow_at(11)]
    assert [(call["kind"], sorted(call)) for call in told["agency_calls"]] == [
        ("personal_care", ["ends_at", "kind", "starts_at"])
    ]
    assert [one["phone"] for one in told["who_to_ring"]] == ["01632 960100"]
    assert not any(word in answer.text for word in ("Maureen", "Tabor", "Night Owls", client.client_id))
    assert (told["first_on"], told["last_on"]) == (ago(0), ahead(7))
    report = (await client.nurse.get(f"/v1/clients/{client.client_id}/access-report")).json()["items"]
    assert [one["purpose"] for one in report if one["system"] == "link: Suffolk Home Care"] == ["TREAT"]


async def test_no_more_is_shown_than_was_agreed_and_the_link_is_not_kept(caseload: Running, client: OnCaseload) -> None:
    share = await shared(client, fields=["agency_calls"], who_to_ring=[])
    told = (await look(caseload, share)).json()
    assert (told["our_visits"], told["is_paused"], told["who_to_ring"]) == (None, None, None)
    assert told["agency_calls"]
    secret = share["address"].partition("#")[2]
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        (kept,) = await tx.all(select(DaySheetShare))
    assert (kept.link_print, secret in kept.model_dump_json()) == (fingerprint(secret), False)
    listed = await client.nurse.get("/v1/day-sheet-shares", params={"client_id": client.client_id})
    assert ([one["id"] for one in listed.json()["items"]], secret in listed.text) == ([share["share"]["id"]], False)
    stranger = await caseload.client("caseload", STRANGER)
    assert (await stranger.get("/v1/day-sheet-shares")).json()["items"] == []


async def test_while_care_is_paused_we_do_not_come_and_why_is_not_told(caseload: Running, client: OnCaseload) -> None:
    await a_visit(caseload, client, 0, **tomorrow_at(11))
    share = await shared(client)
    pause = {"reason": "in_hospital", "paused_on": ago(0)}
    await client.post(f"/v1/episodes-of-care/{client.episode_id}/pause", pause)
    answer = await look(caseload, share, on=ahead(1))
    told = answer.json()
    assert (told["is_paused"], told["our_visits"], "hospital" in answer.text) == (True, [], False)


async def _withdraw(_: Running, client: OnCaseload, share: Any) -> None:
    await client.post(f"/v1/day-sheet-shares/{share['share']['id']}/withdraw", None)


async def _outlive(caseload: Running, _: OnCaseload, share: Any) -> None:
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        ended = tx.now - timedelta(seconds=1)
        await tx.session.execute(update(DaySheetShare).values(until_at=ended))


async def _end_care(_: Running, client: OnCaseload, share: Any) -> None:
    await client.post(f"/v1/other-care/{client.kept['care']['id']}/end", {"until_on": ago(1)})


async def _replace_agency(caseload: Running, client: OnCaseload, share: Any) -> None:
    """As the council tells it, under the same care."""
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        mine = OtherCare.__table__.c.id == client.kept["care"]["id"]  # type: ignore[attr-defined]
        await tx.session.execute(update(OtherCare).where(mine).values(agency="Night Owls"))


async def _discharge(_: Running, client: OnCaseload, share: Any) -> None:
    ending = {
        "ended_on": ago(0),
        "reason": "goals_met",
        "safety_net": "If the leg reddens",
        "ring": "01284 000000",
        "come_back": "Ring us",
    }
    await client.post(f"/v1/episodes-of-care/{client.episode_id}/discharge", ending)


@pytest.mark.parametrize("over", [_withdraw, _outlive, _end_care, _replace_agency, _discharge])
async def test_whatever_ended_it_the_answer_is_that_of_a_link_that_never_was(
    caseload: Running, client: OnCaseload, over: Callable[[Running, OnCaseload, Any], Awaitable[None]]
) -> None:
    share = await shared(client)
    assert (await look(caseload, share)).status_code == 200
    await over(caseload, client, share)
    gone, unknown = await look(caseload, share), await look(caseload, {"address": f"#{'x' * 43}"})
    far = await look(caseload, share, on="2199-01-01")
    assert [one.status_code for one in (gone, unknown, far)] == [404, 404, 404]
    # What differs from answer to answer is named; nothing else does.
    bodies = [json.dumps({**one.json(), "instance": None, "trace_id": None}) for one in (gone, unknown, far)]
    assert len(set(bodies)) == 1, bodies
    assert gone.json()["code"] == "link_unknown"


async def test_what_cannot_be_shared_or_shown_is_refused_by_field(caseload: Running, client: OnCaseload) -> None:
    care_id = client.kept["care"]["id"]
    ended = await client.post("/v1/other-care", an_agency(client.client_id, until_on=ago(1)))
    ring = a_day_sheet_share(care_id)["who_to_ring"]
    for changes, status, code, pointer in (
        ({"agency_ref": "999-000-0204"}, 422, "validation_failed", "/body/agency_ref"),
        ({"agency_ref": "Maureen Tabor"}, 422, "validation_failed", "/body/agency_ref"),
        ({"fields": ["notes"]}, 422, "validation_failed", "/body/fields/0"),
        ({"fields": []}, 422, "validation_failed", "/body/fields"),
        ({"fields": ["our_visits", "our_visits"], "who_to_ring": []}, 422, "validation_failed", "/body"),
        ({"fields": ["our_visits"], "who_to_ring": ring}, 422, "validation_failed", "/body"),
        ({"who_to_ring": []}, 422, "validation_failed", "/body"),
        (
            {"consent": {"agreed_how": "in_person", "agreed_on": ahead(2)}},
            422,
            "validation_failed",
            "/body/consent/agreed_on",
        ),
        ({"other_care_id": ended["id"]}, 409, "agency_came_no_more", "/body/other_care_id"),
        ({"other_care_id": new_id()}, 404, "not_found", None),
    ):
        refused = await client.nurse.post("/v1/day-sheet-shares", json=a_day_sheet_share(care_id, **changes))
        assert (refused.status_code, refused.json()["code"]) == (status, code), (changes, refused.text)
        assert pointer in (None, refused.json()["errors"][0]["pointer"]), (changes, refused.text)
    stranger = await caseload.client("caseload", STRANGER)
    assert (await stranger.post("/v1/day-sheet-shares", json=a_day_sheet_share(care_id))).status_code == 404
    share = await shared(client)
    for asked, code in (
        (ago(1), "day_not_on_the_sheet"),
        (ahead(8), "day_not_on_the_sheet"),
        ("tomorrow", "validation_failed"),
    ):
        refused = await look(caseload, share, on=asked)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert refused.json()["errors"][0]["pointer"] == "/body/on"
    assert f"it shows {ago(0)} to {ahead(7)}" in (await look(caseload, share, on=ago(1))).json()["detail"]
    await _withdraw(caseload, client, share)
    again = await client.nurse.post(f"/v1/day-sheet-shares/{share['share']['id']}/withdraw", json=None)
    assert (again.status_code, again.json()["code"]) == (409, "day_sheet_share_ended")


async def test_the_database_shows_whoever_holds_the_link_that_share_alone(
    caseload: Running, client: OnCaseload
) -> None:
    share, _ = await shared(client), await shared(client, agency_ref="SHC-115")
    url = make_url(caseload.databases["caseload"].url).set(drivername="postgresql")
    holder = await asyncpg.connect(url.render_as_string(hide_password=False))
    try:
        async with holder.transaction():
            await holder.execute("select app_enter($1, null, $2, current_date)", SOMEBODY.subject, False)
            print_ = fingerprint(share["address"].partition("#")[2])
            await holder.execute("select set_config('app.link_print', $1, true)", print_)
            tables = ("client", "other_care", "planned_visit", "day_sheet_share")
            counts = [await holder.fetchval(f"select count(*) from {name}") for name in tables]
            assert counts == [0, 0, 0, 1]
            assert str(await holder.fetchval("select id from day_sheet_share")) == share["share"]["id"]
    finally:
        await holder.close()


async def test_the_page_is_the_same_for_everybody_and_asks_nobody_else(caseload: Running) -> None:
    page = await (await caseload.client("caseload", None)).get("/open/day-sheets/page")
    policy = page.headers["content-security-policy"]
    assert (page.status_code, policy.count("sha256-"), page.headers["referrer-policy"]) == (200, 1, "no-referrer")
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    assert "http" not in page.text
