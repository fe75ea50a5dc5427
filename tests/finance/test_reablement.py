"""The reablement clock counts days, warns in time, and shows a client to nobody outside the team."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col
from uuid6 import uuid7

from services.common.auth import SYSTEM, Persona
from services.finance.domain.reablement import ReablementEpisode
from services.finance.events import ReablementStarted
from services.finance.main import SERVICE
from tests.finance.facts import REABLEMENT, a_reablement, office
from tests.running import NURSE, OTHER_TEAM, STRANGER, TEAM, Databases, Running, running


async def episodes(finance: Running, as_of: str) -> list[dict[str, Any]]:
    nurse = await finance.nurse("finance")
    answer = await nurse.get(f"/v1/reablement-episodes?team_id={TEAM}&as_of={as_of}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_anonymous_is_refused(finance: Running) -> None:
    nobody = await finance.client("finance", None)
    for path in ("reablement-episodes", f"reablement-summary?team_id={TEAM}"):
        assert (await nobody.get(f"/v1/{path}")).status_code == 401


async def test_beryl_has_14_days_gone_and_28_left(finance: Running) -> None:
    beryl = a_reablement(starts_on="2026-11-09")
    await finance.deliver("finance", REABLEMENT, beryl)
    [episode] = await episodes(finance, "2026-11-23")
    assert episode["client_id"] == beryl["client_id"]
    assert (episode["days_gone"], episode["days_left"]) == (14, 28)
    assert episode["last_free_day_on"] == "2026-12-20"
    assert episode["decision_due_on"] == "2026-12-13"


@pytest.mark.parametrize("first", ["agreed", "discharged"])
async def test_the_clock_ends_with_the_episode_of_care(finance: Running, first: str) -> None:
    beryl = a_reablement(starts_on="2026-11-09")
    ended = {name: beryl[name] for name in ("client_id", "episode_of_care_id", "team_id")}
    ended |= {"status": "finished", "reason": "goals_met", "since_on": "2026-11-20"}
    told = [(REABLEMENT, beryl), ("caseload.episode_of_care.discharged.v1", ended)]
    for name, data in told if first == "agreed" else reversed(told):
        await finance.deliver("finance", name, data)
    [episode] = await episodes(finance, "2026-11-20")
    assert episode["ended_on"] == "2026-11-20"
    assert await episodes(finance, "2026-11-21") == [], "nobody is asked what follows"


DAYS = [
    ("2026-11-09", 1, 0, 42, False, False),
    ("2026-11-25", 17, 16, 26, False, False),
    ("2026-12-12", 34, 33, 9, False, False),
    ("2026-12-13", 35, 34, 8, True, False),
    ("2026-12-14", 36, 35, 7, True, True),
    ("2026-12-20", 42, 41, 1, True, True),
    ("2026-12-21", 43, 42, 0, True, True),
    ("2027-03-01", 113, 42, 0, True, True),
]


async def test_the_clock_on_each_day_that_matters(finance: Running) -> None:
    await finance.deliver("finance", REABLEMENT, a_reablement())
    for as_of, *expected in DAYS:
        [episode] = await episodes(finance, as_of)
        assert [
            episode[name] for name in ("day_number", "days_gone", "days_left", "decision_due", "decision_overdue")
        ] == expected


@pytest.mark.parametrize(
    ("starts_on", "last_free_day_on"),
    [("2026-03-02", "2026-04-12"), ("2026-01-25", "2026-03-07"), ("2028-02-01", "2028-03-13")],
)
async def test_42_days_are_counted_over_clock_changes_and_leap_days(
    finance: Running, starts_on: str, last_free_day_on: str
) -> None:
    await finance.deliver("finance", REABLEMENT, a_reablement(starts_on=starts_on))
    [episode] = await episodes(finance, last_free_day_on)
    assert (episode["free_days"], episode["days_left"]) == (42, 1)
    assert episode["last_free_day_on"] == last_free_day_on


async def test_the_others_are_told_when_reablement_starts(finance: Running) -> None:
    agreed = a_reablement()
    await finance.deliver("finance", REABLEMENT, agreed)
    [told] = await finance.published("finance", ReablementStarted)
    [episode] = await episodes(finance, "2026-11-23")
    assert told.data == {
        "reablement_id": episode["id"],
        "client_id": agreed["client_id"],
        "episode_of_care_id": agreed["episode_of_care_id"],
        "team_id": str(TEAM),
        "started_on": "2026-11-09",
        "last_free_day_on": "2026-12-20",
        "decision_due_on": "2026-12-13",
    }


async def test_the_clock_of_an_episode_of_care_starts_once_whatever_is_agreed_later(finance: Running) -> None:
    agreed = a_reablement()
    await finance.deliver("finance", REABLEMENT, agreed)
    await finance.deliver("finance", REABLEMENT, agreed)
    await finance.deliver("finance", REABLEMENT, agreed | {"care_plan_id": str(uuid7()), "starts_on": "2026-12-01"})
    assert [episode["started_on"] for episode in await episodes(finance, "2026-12-15")] == ["2026-11-09"]
    assert len(await finance.published("finance", ReablementStarted)) == 1


async def test_an_episode_is_listed_from_its_first_day_until_it_has_ended(finance: Running) -> None:
    await finance.deliver("finance", REABLEMENT, a_reablement())
    assert await episodes(finance, "2026-11-08") == []
    async with finance.databases["finance"].transaction(SYSTEM) as tx:
        [episode] = await tx.all(select(ReablementEpisode))
        episode.ended_on = date(2026, 11, 20)
    assert len(await episodes(finance, "2026-11-20")) == 1
    assert await episodes(finance, "2026-11-21") == []


async def test_the_database_refuses_a_clock_that_does_not_add_up(finance: Running) -> None:
    await finance.deliver("finance", REABLEMENT, a_reablement())
    async with finance.databases["finance"].transaction(SYSTEM) as tx:
        one_day_more = "update reablement_episode set last_free_day_on = last_free_day_on + 1"
        with pytest.raises(IntegrityError, match="reablement_episode_days_add_up"):
            async with tx.session.begin_nested():
                await tx.session.execute(text(one_day_more))


async def test_the_finance_office_sees_the_clock_without_the_client(finance: Running) -> None:
    agreed = a_reablement()
    await finance.deliver("finance", REABLEMENT, agreed)
    answer = await (await office(finance)).get("/v1/reablement-episodes?as_of=2026-11-23")
    assert answer.status_code == 200
    assert answer.json()["items"][0]["days_left"] == 28
    assert agreed["client_id"] not in answer.text
    assert agreed["episode_of_care_id"] not in answer.text


async def test_another_teams_episodes_do_not_exist_for_a_nurse(finance: Running) -> None:
    await finance.deliver("finance", REABLEMENT, a_reablement())
    stranger = await finance.client("finance", STRANGER)
    answer = await stranger.get(f"/v1/reablement-episodes?team_id={TEAM}&as_of=2026-11-23")
    assert answer.json()["items"] == []
    hidden = await stranger.get(f"/v1/reablement-summary?team_id={TEAM}")
    absent = await stranger.get(f"/v1/reablement-summary?team_id={uuid7()}")
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}


async def test_episodes_are_for_the_team_and_the_finance_office_only(finance: Running) -> None:
    for persona in set(Persona) - {Persona.NURSE, Persona.FINANCE}:
        client = await finance.client("finance", NURSE, persona)
        answer = await client.get("/v1/reablement-episodes")
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_episodes_come_in_pages(finance: Running) -> None:
    for _ in range(3):
        await finance.deliver("finance", REABLEMENT, a_reablement())
    nurse = await finance.nurse("finance")
    first = (await nurse.get("/v1/reablement-episodes?as_of=2026-11-23&limit=2")).json()
    rest = (await nurse.get(f"/v1/reablement-episodes?as_of=2026-11-23&cursor={first['next_cursor']}")).json()
    assert [len(page["items"]) for page in (first, rest)] == [2, 1]


@pytest.fixture
async def busy(finance: Running) -> Running:
    """On 31 October: five before their decision, two with one due, one past the free days, and one elsewhere."""
    for starts_on in ["2026-10-17"] * 5 + ["2026-09-27", "2026-09-20", "2026-09-19"]:
        await finance.deliver("finance", REABLEMENT, a_reablement(starts_on=starts_on))
    await finance.deliver("finance", REABLEMENT, a_reablement(starts_on="2026-10-17", team_id=str(OTHER_TEAM)))
    return finance


async def test_the_team_sees_its_own_counts_whole(busy: Running) -> None:
    nurse = await busy.nurse("finance")
    answer = await nurse.get(f"/v1/reablement-summary?team_id={TEAM}&as_of=2026-10-31")
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "team_id": str(TEAM),
        "as_of": "2026-10-31",
        "before_decision": {"count": 5, "hidden": False},
        "decision_due": {"count": 2, "hidden": False},
        "after_free_days": {"count": 1, "hidden": False},
    }


async def test_outside_the_team_counts_under_five_are_hidden(busy: Running) -> None:
    for persona in (Persona.COACH, Persona.HEATSHIELD, Persona.STEERING):
        client = await busy.client("finance", UUID(int=5), persona)
        answer = (await client.get(f"/v1/reablement-summary?team_id={TEAM}&as_of=2026-10-31")).json()
        assert answer["before_decision"] == {"count": 5, "hidden": False}
        assert answer["decision_due"] == answer["after_free_days"] == {"count": None, "hidden": True}


async def test_outside_the_team_counts_are_told_for_a_months_end(busy: Running) -> None:
    """What was counted on two days could be taken from each other, and leave the one client between them."""
    coach = await busy.client("finance", UUID(int=5), Persona.COACH)
    nurse = await busy.nurse("finance")
    for as_of in ("2026-10-30", "2026-10-01", "2099-12-31"):
        path = f"/v1/reablement-summary?team_id={TEAM}&as_of={as_of}"
        refused = await coach.get(path)
        assert (refused.status_code, refused.json()["code"]) == (422, "not_a_months_end")
        assert refused.json()["errors"][0]["pointer"] == "/query/as_of"
        assert (await nurse.get(path)).status_code == 200
    latest = (await coach.get(f"/v1/reablement-summary?team_id={TEAM}")).json()["as_of"]
    assert (date.fromisoformat(latest) + timedelta(days=1)).day == 1


async def test_counts_are_not_for_everybody(finance: Running) -> None:
    for persona in (Persona.HR, Persona.COUNCIL, Persona.OPS, Persona.INTEGRATOR, Persona.SOCIAL_WORKER):
        client = await finance.client("finance", NURSE, persona)
        assert (await client.get(f"/v1/reablement-summary?team_id={TEAM}")).status_code == 403


async def test_a_start_before_the_law_is_kept_aside_with_its_reason(databases: Databases) -> None:
    async with running(databases, SERVICE) as finance:
        await finance.deliver("finance", REABLEMENT, a_reablement(starts_on="2014-01-01"))
        letters = finance.databases["finance"].metadata.tables["parked_event"]
        async with finance.databases["finance"].transaction(SYSTEM) as tx:
            assert [error.split()[0] for error in await tx.all(select(letters.c.last_error))] == ["NoRateInForce"]
            assert await tx.all(select(col(ReablementEpisode.id))) == []
