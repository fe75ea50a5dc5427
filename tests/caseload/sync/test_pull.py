"""What changed while a tablet was away: nothing missed, nothing of others, and what is gone is said to be gone."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.caseload.api.pull import SHAPES
from services.caseload.usecases.catch_up import forget_some
from services.common.auth import SYSTEM, Persona, Principal
from tests.caseload.medicating import ROLES, a_medicine, an_administration, told_of_role
from tests.caseload.photographs import Wounded, wounded
from tests.caseload.story import OnCaseload, a_contact, new_id, take_on
from tests.caseload.sync.rounds import (
    BECOMES,
    at,
    has_home,
    has_plan,
    has_wound,
    is_assessed,
    named,
    pack,
    planned,
    pulled,
    since_now,
    sync_from,
)
from tests.running import DEPUTY, NURSE, OTHER_TEAM, STRANGER, Databases, Running, owner, until

MOVE = """
    do $$ declare name text; begin
        for name in select table_name from information_schema.columns
            where column_name = 'client_id' and table_schema = 'public'
            and table_name not in ('stay_news', 'sync_change', 'sync_held')
        loop execute format('update %I set team_id = %L where client_id = %L', name, '{team}', '{client}'); end loop;
        update client set team_id = '{team}' where id = '{client}';
    end $$
"""
ANOTHER_HISTORY = "create or replace function sync_history() returns bigint language sql as 'select 7::bigint'"


@pytest.fixture
async def client(caseload: Running) -> OnCaseload:
    return await take_on(caseload)


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.get("/v1/sync/pull")).status_code == 401


async def test_without_a_cursor_there_is_nothing_but_where_to_go_on(caseload: Running, client: OnCaseload) -> None:
    page = (await pack(client.nurse, "/v1/sync/pull")).json()
    assert (page["changes"], page["more"]) == ([], False)
    assert await pulled(caseload, client.nurse, page["next"]) == []


async def test_what_changed_comes_as_it_is_now_in_the_order_in_which_it_changed(
    caseload: Running, client: OnCaseload
) -> None:
    since = await sync_from(caseload, client.nurse)
    plan = await has_plan(client)
    changed = {"words": "Three layers"}
    line = f"/v1/care-plans/{plan['id']}/lines/{plan['lines'][0]['id']}"
    assert (await client.nurse.put(line, json=changed, headers={"If-Match": '"2"'})).status_code == 200
    changes = await pulled(caseload, client.nurse, since)
    # Each thing once, where it changed last; a line has no version but that of its plan.
    assert sorted(named(changes)) == ["care_plan", "care_plan_line", "care_plan_line"]
    told = {change["entity_id"]: change for change in changes}
    assert told[plan["id"]]["version"] == told[plan["id"]]["row"]["version"] == 3
    assert told[plan["lines"][0]["id"]]["row"]["words"] == "Three layers"
    assert told[plan["lines"][0]["id"]]["version"] is None
    assert {(change["gone"], change["client_id"]) for change in changes} == {(False, client.client_id)}


async def test_all_that_a_round_shows_is_followed(caseload: Running, client: OnCaseload) -> None:
    since = await since_now(caseload, client.nurse)
    await has_home(client)
    await has_plan(client)
    await is_assessed(client)
    await has_wound(client, (48, 30))
    contact = a_contact(client.episode_id)
    await client.post("/v1/care-contacts", contact)
    await planned(caseload, client.client_id, at("08:30"))
    for employee, role in ROLES.items():
        await told_of_role(caseload, employee, role)
    medicine = a_medicine(client.client_id)
    await client.post("/v1/medicines", medicine)
    await client.post("/v1/administrations", an_administration(medicine["id"]))
    found = set(named(await pulled(caseload, client.nurse, since, limit=3)))
    assert set(SHAPES) - found == {"client", "episode_of_care", "dose_in_dispute", *BECOMES}


@pytest.fixture
async def wound(databases: Databases, tmp_path: Path) -> AsyncIterator[Wounded]:
    async with wounded(databases, tmp_path / "photos") as made:
        yield made


@pytest.mark.parametrize("entity", BECOMES)
async def test_whatever_becomes_of_it_is_told_as_its_route_answered(wound: Wounded, entity: str) -> None:
    nurse = wound.client.nurse
    since = await since_now(wound.caseload, nurse)
    async for told in BECOMES[entity](wound):
        (change,) = [one for one in await pulled(wound.caseload, nurse, since) if one["entity"] == entity]
        assert (change["gone"], change["client_id"]) == (False, wound.client.client_id)
        shared = change["row"].keys() & told.keys()
        assert len(shared) > 5
        assert {name: change["row"][name] for name in shared} == {name: told[name] for name in shared}
        since = await since_now(wound.caseload, nurse)


async def test_what_the_triggers_follow_is_what_is_told(caseload: Running) -> None:
    """A change of a kind without a shape would be told as gone."""
    async with owner(caseload.databases["caseload"].url) as connection:
        followed = await connection.fetch(
            "select tgrelid::regclass::text as at from pg_trigger where tgname = 'follow'"
        )
    assert {row["at"] for row in followed} == set(SHAPES)


async def test_each_row_is_written_as_its_shape_writes_it(caseload: Running, client: OnCaseload) -> None:
    since = await since_now(caseload, client.nurse)
    odd = 'Zoë "Dot" O\'Neill \\ 50 % : to\n\tthe hall'
    await has_home(client, getting_in=odd)
    await has_plan(client, client_words=odd)
    await client.post("/v1/care-contacts", a_contact(client.episode_id, note=odd))
    await planned(caseload, client.client_id, at("08:30"))
    for change in await pulled(caseload, client.nurse, since):
        shape = SHAPES[change["entity"]]
        assert shape.model_validate(change["row"]).model_dump(mode="json") == change["row"]


async def test_pages_go_on_where_the_last_one_ended_and_miss_nothing(caseload: Running, client: OnCaseload) -> None:
    since = await since_now(caseload, client.nurse)
    for day in range(1, 6):
        await client.post("/v1/care-contacts", a_contact(client.episode_id, started_at=f"2026-11-{day:02}T10:00:00Z"))
    paged, whole = await pulled(caseload, client.nurse, since, limit=2), await pulled(caseload, client.nurse, since)
    assert sorted(named(whole)) == ["care_contact"] * 5 + ["note"] * 5
    assert {change["entity_id"] for change in paged} == {change["entity_id"] for change in whole}


async def test_who_commits_late_is_not_passed_by(caseload: Running, client: OnCaseload) -> None:
    """An older transaction is still at work while a younger one is pulled; what it wrote comes after all."""
    since = await since_now(caseload, client.nurse)
    rewritten = text("update client set phone = '01632 960199', version = version + 1 where id = :id")
    async with caseload.databases["caseload"].transaction(SYSTEM) as older:
        await older.session.execute(rewritten, {"id": client.client_id})
        await client.post("/v1/care-contacts", a_contact(client.episode_id))
        meanwhile = (await pack(client.nurse, f"/v1/sync/pull?since={since}")).json()
        # Nothing yet, not even what is committed: a cursor past it would pass the older one by.
        assert (meanwhile["changes"], meanwhile["more"]) == ([], False)
        during = (await pack(client.nurse)).headers["Sync-From"]
    for cursor in (since, meanwhile["next"], during):
        changes = await pulled(caseload, client.nurse, cursor)
        assert sorted(named(changes)) == ["care_contact", "client", "note"]
        assert [one["row"]["phone"] for one in changes if one["entity"] == "client"] == ["01632 960199"]


async def test_nothing_is_missed_by_who_reads_while_many_write(caseload: Running, client: OnCaseload) -> None:
    since, found = await since_now(caseload, client.nurse), list[str]()
    contacts = [a_contact(client.episode_id, note=None, note_id=None) for _ in range(12)]

    async def write() -> None:
        await asyncio.gather(*(client.post("/v1/care-contacts", one) for one in contacts))

    async def read() -> bool:
        nonlocal since
        page = (await pack(client.nurse, f"/v1/sync/pull?since={since}&limit=2")).json()
        found.extend(change["entity_id"] for change in page["changes"])
        since = page["next"]
        return len(found) >= len(contacts)

    await asyncio.gather(write(), until(read))
    assert sorted(found) == sorted(one["id"] for one in contacts)


async def test_what_was_rolled_back_was_never_there(caseload: Running, client: OnCaseload) -> None:
    since = await since_now(caseload, client.nurse)
    refused = a_contact(new_id())
    assert (await client.nurse.post("/v1/care-contacts", json=refused)).status_code == 404
    assert await pulled(caseload, client.nurse, since) == []


async def test_a_client_who_goes_to_another_team_comes_as_gone(caseload: Running, client: OnCaseload) -> None:
    await has_plan(client)
    await client.post("/v1/care-contacts", a_contact(client.episode_id))
    stranger = await caseload.client("caseload", STRANGER)
    since, theirs = await since_now(caseload, client.nurse), await since_now(caseload, stranger)
    await caseload.alter("caseload", MOVE.format(team=OTHER_TEAM, client=client.client_id))
    changes = await pulled(caseload, client.nurse, since)
    assert {"client", "care_plan", "care_contact", "episode_of_care"} <= set(named(changes))
    assert {(one["gone"], one["row"], one["version"], one["client_id"]) for one in changes} == {
        (True, None, None, client.client_id)
    }
    arrived = {one["entity"]: one for one in await pulled(caseload, stranger, theirs)}
    assert arrived["client"]["row"]["family_name"] == "Tabor"
    assert not arrived["client"]["gone"]


async def test_nothing_of_another_team_is_told_of(caseload: Running, client: OnCaseload) -> None:
    stranger = await caseload.client("caseload", STRANGER)
    theirs = await since_now(caseload, stranger)
    await has_plan(client)
    await planned(caseload, client.client_id, at("08:30"))
    assert await pulled(caseload, stranger, theirs) == []
    await caseload.alter("caseload", "alter table sync_change no force row level security")
    await caseload.alter("caseload", "alter table sync_change disable row level security")
    assert await pulled(caseload, stranger, theirs) == []


async def test_a_change_is_written_by_a_trigger_and_by_nobody(caseload: Running, client: OnCaseload) -> None:
    planted = text(
        "insert into sync_change (team_id, client_id, entity, entity_id) values (:team, :client, 'client', :client)"
    )
    with pytest.raises(DBAPIError, match="row-level security"):
        async with caseload.databases["caseload"].transaction(Principal(str(NURSE), Persona.NURSE)) as tx:
            await tx.session.execute(planted, {"team": OTHER_TEAM, "client": client.client_id})


@pytest.mark.parametrize("cursor", ["nonsense", "A" * 43, "%00", ""])
async def test_a_cursor_that_is_none_is_refused(caseload: Running, cursor: str) -> None:
    nurse = await caseload.nurse("caseload")
    answer = await nurse.get(f"/v1/sync/pull?since={cursor}")
    assert answer.status_code in (400, 422)
    assert answer.json()["errors"][0]["pointer"] == "/query/since"


async def test_a_cursor_is_its_callers_alone_and_holds_in_their_teams(caseload: Running, client: OnCaseload) -> None:
    since = await since_now(caseload, client.nurse)
    deputy = await caseload.client("caseload", DEPUTY)
    answer = await deputy.get(f"/v1/sync/pull?since={since}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_sync_cursor")
    await caseload.join("caseload", team=OTHER_TEAM)
    changed_teams = await client.nurse.get(f"/v1/sync/pull?since={since}")
    assert (changed_teams.status_code, changed_teams.json()["code"]) == (400, "bad_sync_cursor")


async def test_what_is_old_is_forgotten_and_a_cursor_from_before_says_so(caseload: Running, client: OnCaseload) -> None:
    database, old = caseload.databases["caseload"], await since_now(caseload, client.nurse)
    await client.post("/v1/care-contacts", a_contact(client.episode_id))
    after = await since_now(caseload, client.nurse)
    assert await forget_some(database) == 0
    assert len(await pulled(caseload, client.nurse, old)) == 2
    await caseload.alter("caseload", "update sync_change set written_at = written_at - interval '22 days'")
    assert await forget_some(database) > 2
    gone = await client.nurse.get(f"/v1/sync/pull?since={old}")
    assert (gone.status_code, gone.json()["code"]) == (410, "sync_cursor_too_old")
    assert "Read the day pack again" in gone.json()["errors"][0]["way_out"]
    await has_home(client)
    assert named(await pulled(caseload, client.nurse, after)) == ["home"]


async def test_a_cursor_of_another_history_is_not_gone_on_from(caseload: Running, client: OnCaseload) -> None:
    """The database was brought back from a backup: what it told of since never happened."""
    since = await since_now(caseload, client.nurse)
    async with owner(caseload.databases["caseload"].url) as connection:
        ours = await connection.fetchval("select pg_get_functiondef('sync_history'::regproc)")
        try:
            await connection.execute(ANOTHER_HISTORY)
            gone = await client.nurse.get(f"/v1/sync/pull?since={since}")
            assert (gone.status_code, gone.json()["code"]) == (410, "sync_cursor_too_old")
            anew = await sync_from(caseload, client.nurse)
            await has_home(client)
            assert named(await pulled(caseload, client.nurse, anew)) == ["home"]
        finally:
            await connection.execute(ours)


async def test_a_database_from_a_server_that_counted_further_is_pulled_from(
    caseload: Running, client: OnCaseload
) -> None:
    """A dump was read into a new server, whose transactions begin at one; what came along is ahead of them all."""
    database = caseload.databases["caseload"]
    await caseload.alter("caseload", "update sync_change set xid = xid + 9000000000")
    await caseload.alter("caseload", "insert into watermark (name, seq) values ('sync_change', 9000000000)")
    for cursor in (await sync_from(caseload, client.nurse), await since_now(caseload, client.nurse)):
        assert await pulled(caseload, client.nurse, cursor) == []
    since = await since_now(caseload, client.nurse)
    await has_home(client)
    assert named(await pulled(caseload, client.nurse, since)) == ["home"]
    # What is forgotten of the other server hides nothing, and what is forgotten of this one is known again.
    old = "update sync_change set written_at = written_at - interval '22 days' where xid"
    await caseload.alter("caseload", f"{old} > 9000000000")
    assert await forget_some(database) > 0
    assert named(await pulled(caseload, client.nurse, since)) == ["home"]
    await caseload.alter("caseload", f"{old} < 9000000000")
    assert await forget_some(database) == 1
    assert (await client.nurse.get(f"/v1/sync/pull?since={since}")).status_code == 410
    assert await pulled(caseload, client.nurse, await since_now(caseload, client.nurse)) == []
