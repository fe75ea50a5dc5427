"""Where bases, clients and members are is the team's to say and to read, and is nowhere else (mission row 5.44)."""

import logging
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from uuid6 import uuid7

from services.common.auth import SYSTEM, Persona, Principal
from services.roster.store.places import people_with_homes
from tests.roster.facts import EDITH, RUTH, TOM, WALTER, code, hear
from tests.roster.proposing.facts import BASE, NEW, ROOM, a_base, a_place, a_way, put
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running


def standing(**changes: Any) -> dict[str, Any]:
    told = {"client_id": str(EDITH), "team_id": str(TEAM), "status": "finished", "since_on": "2026-11-24"}
    return {"episode_of_care_id": str(uuid7())} | told | changes


async def places(nurse: Any, **asked: Any) -> list[Any]:
    found = await nurse.get("/v1/places", params=asked)
    assert found.status_code == 200, found.text
    return list(found.json()["items"])


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.get("/v1/places")).status_code == 401
    assert (await nobody.put(f"/v1/places/{uuid7()}", json=a_place(), headers=NEW)).status_code == 401


async def test_a_place_is_said_read_put_right_and_forgotten(roster: Running, nurse: Any) -> None:
    said = await put(nurse, "places", a_place())
    address = f"/v1/places/{said['id']}"
    read = await nurse.get(address)
    assert (read.json(), read.headers["etag"]) == (said, '"1"')
    right = await nurse.put(address, json=a_place(latitude=54.2, source="device"), headers={"If-Match": '"1"'})
    assert (right.json()["latitude"], right.json()["longitude"], right.json()["version"]) == (54.2, -3.21937, 2)
    assert (await nurse.put(address, json=a_place(), headers={"If-Match": '"1"'})).status_code == 412
    assert (await nurse.put(address, json=a_place(), headers=NEW)).status_code == 412
    assert (await nurse.delete(address, headers={"If-Match": '"2"'})).status_code == 204
    assert await places(nurse) == []


async def test_everybody_is_at_one_place_and_a_base_has_a_name(roster: Running, nurse: Any) -> None:
    base, place = await put(nurse, "places", a_base()), await put(nurse, "places", a_place())
    await put(nurse, "places", a_base(ROOM, name="Library, room 2"))
    again = await nurse.put(f"/v1/places/{uuid7()}", json=a_place(), headers=NEW)
    assert (again.status_code, code(again)) == (409, "place_known_already")
    other = await nurse.put(f"/v1/places/{place['id']}", json=a_place(WALTER), headers={"If-Match": '"1"'})
    assert (other.status_code, code(other)) == (409, "place_of_something_else")
    nameless = await nurse.put(f"/v1/places/{uuid7()}", json=a_base(uuid7(), name=None), headers=NEW)
    assert nameless.status_code == 422
    assert [one["name"] for one in await places(nurse, kind="base")] == [base["name"], "Library, room 2"]
    assert [one["id"] for one in await places(nurse, kind="client", team_id=str(TEAM))] == [place["id"]]


@pytest.mark.parametrize("changes", [{"latitude": -3.2, "longitude": 54.1}, {"latitude": "here"}, {"longitude": None}])
async def test_what_lies_elsewhere_is_refused_and_not_repeated(
    roster: Running, nurse: Any, changes: dict[str, Any]
) -> None:
    refused = await nurse.put(f"/v1/places/{uuid7()}", json=a_place(**changes), headers=NEW)
    assert refused.status_code == 422
    assert "54.1" not in refused.text
    assert "-3.2" not in refused.text


async def test_a_client_of_nobody_or_of_another_team_has_no_place(roster: Running, nurse: Any) -> None:
    unknown = await nurse.put(f"/v1/places/{uuid7()}", json=a_place(uuid7()), headers=NEW)
    assert (unknown.status_code, code(unknown)) == (409, "unknown_client")
    theirs = await nurse.put(f"/v1/places/{uuid7()}", json=a_place(team_id=str(OTHER_TEAM)), headers=NEW)
    assert theirs.status_code == 404


async def test_where_somebody_lives_is_theirs_to_say_and_to_read(roster: Running, nurse: Any) -> None:
    home = await put(nurse, "places", a_place(RUTH, kind="employee_home"))
    base = await put(nurse, "places", a_base())
    way = await put(nurse, "travel-overrides", a_way(home["id"], base["id"]))
    tom = await roster.client("roster", TOM)
    said = await tom.put(f"/v1/places/{uuid7()}", json=a_place(RUTH, kind="employee_home"), headers=NEW)
    assert (said.status_code, code(said)) == (403, "not_your_home")
    assert (await tom.get(f"/v1/places/{home['id']}")).status_code == 404
    assert (await tom.delete(f"/v1/places/{home['id']}", headers={"If-Match": '"1"'})).status_code == 404
    assert [one["id"] for one in await places(tom)] == [base["id"]]
    assert (await tom.get("/v1/travel-overrides")).json()["items"] == []
    assert (await tom.delete(f"/v1/travel-overrides/{way['id']}", headers={"If-Match": '"1"'})).status_code == 404
    assert [one["id"] for one in await places(nurse, kind="employee_home")] == [home["id"]]


async def test_the_database_itself_shows_a_home_to_whoever_lives_there_and_to_the_service(
    roster: Running, nurse: Any
) -> None:
    home = await put(nurse, "places", a_place(RUTH, kind="employee_home"))
    await put(nurse, "places", a_base())

    async def seen(employee: UUID | None, persona: Persona = Persona.NURSE) -> list[str]:
        async with roster.databases["roster"].transaction(Principal(str(employee), persona, employee)) as tx:
            return list(await tx.all(text("select kind from place order by kind")))

    assert await seen(RUTH) == ["base", "employee_home"]
    assert await seen(TOM) == await seen(TOM, Persona.COACH) == ["base"]
    assert await seen(None, Persona.SERVICE) == ["base", "employee_home"]
    async with roster.databases["roster"].transaction(Principal(str(TOM), Persona.NURSE, TOM)) as tx:
        assert await people_with_homes(tx, TEAM) == {RUTH}, "ways are reckoned with it"
        assert await tx.all(text("select kind from place")) == ["base"], "and then it is gone again"
        moved = text("update place set latitude = 54.2 where id = :home returning id")
        assert await tx.rows(moved, {"home": home["id"]}) == []


async def test_the_team_says_how_long_a_way_takes(roster: Running, nurse: Any) -> None:
    base, place = await put(nurse, "places", a_base()), await put(nurse, "places", a_place())
    way = await put(nurse, "travel-overrides", a_way(base["id"], place["id"]))
    address = f"/v1/travel-overrides/{way['id']}"
    again = await nurse.put(f"/v1/travel-overrides/{uuid7()}", json=a_way(base["id"], place["id"]), headers=NEW)
    assert (again.status_code, code(again)) == (409, "way_known_already")
    turned = await nurse.put(address, json=a_way(place["id"], base["id"]), headers={"If-Match": '"1"'})
    assert (turned.status_code, code(turned)) == (409, "way_of_other_places")
    nowhere = await nurse.put(f"/v1/travel-overrides/{uuid7()}", json=a_way(base["id"], base["id"]), headers=NEW)
    assert nowhere.status_code == 422
    longer = await nurse.put(address, json=a_way(base["id"], place["id"], minutes=40), headers={"If-Match": '"1"'})
    assert (longer.json()["minutes"], longer.json()["version"]) == (40, 2)
    stale = await nurse.delete(address, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert (await nurse.delete(address, headers={"If-Match": '"2"'})).status_code == 204
    assert (await nurse.get("/v1/travel-overrides")).json()["items"] == []


async def test_another_team_reads_none_of_it(roster: Running, nurse: Any) -> None:
    base, place = await put(nurse, "places", a_base()), await put(nurse, "places", a_place())
    await put(nurse, "travel-overrides", a_way(base["id"], place["id"]))
    stranger = await roster.client("roster", STRANGER)
    assert await places(stranger) == []
    assert (await stranger.get("/v1/places", params={"team_id": str(TEAM)})).status_code == 404
    assert (await stranger.get(f"/v1/places/{place['id']}")).status_code == 404
    way = a_way(base["id"], place["id"], team_id=str(OTHER_TEAM))
    assert (await stranger.put(f"/v1/travel-overrides/{uuid7()}", json=way, headers=NEW)).status_code == 404
    assert (await stranger.get("/v1/travel-overrides")).json()["items"] == []


async def test_it_goes_when_the_clients_care_ends_and_stays_while_it_is_paused(roster: Running, nurse: Any) -> None:
    base, place = await put(nurse, "places", a_base()), await put(nurse, "places", a_place())
    await put(nurse, "places", a_place(WALTER, latitude=54.13))
    await put(nurse, "travel-overrides", a_way(base["id"], place["id"]))
    async with roster.databases["roster"].transaction(SYSTEM) as tx:
        (episode,) = await tx.all(text(f"select episode_of_care_id from care_team where client_id = '{EDITH}'"))
    paused = standing(episode_of_care_id=str(episode), status="onhold")
    await hear(roster, ("caseload.episode_of_care.paused.v1", paused), version=2)
    assert len(await places(nurse)) == 3
    late = await nurse.put(f"/v1/places/{place['id']}", json=a_place(), headers={"If-Match": '"1"'})
    assert (late.status_code, code(late)) == (409, "client_not_in_care")
    ended = standing(episode_of_care_id=str(episode))
    await hear(roster, ("caseload.episode_of_care.discharged.v1", ended), version=3)
    assert {one["subject_id"] for one in await places(nurse)} == {str(BASE), str(WALTER)}
    assert (await nurse.get("/v1/travel-overrides")).json()["items"] == []


async def test_where_somebody_is_stands_in_its_table_alone(
    roster: Running, nurse: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="heatshield")
    place = await put(nurse, "places", a_place())
    await nurse.put(f"/v1/places/{place['id']}", json=a_place(longitude=2.6), headers={"If-Match": '"1"'})
    assert await nurse.get("/v1/places") is not None
    said = {str(place["latitude"]), str(place["longitude"])}
    assert not [line for line in caplog.messages if any(one in line for one in said)]
    assert [
        event for event in await roster.published("roster") if any(one in event.model_dump_json() for one in said)
    ] == []
    async with roster.databases["roster"].transaction(SYSTEM) as tx:
        tables = [name for name in tx.metadata.tables if name != "place"]
        for name in tables:
            rows = await tx.all(text(f'select row_to_json(one)::text from "{name}" one'))
            assert not [row for row in rows if any(one in row for one in said)], name
