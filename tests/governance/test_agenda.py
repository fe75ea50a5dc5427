"""What an agenda is drawn from: who is in care, who is new, and what finance says of reablement (row 3.08)."""

from itertools import permutations
from typing import Any

import pytest
from uuid6 import uuid7

from services.governance.domain.rule import RuleCode
from tests.governance.meeting import ahead, an_ask, discharged, finance_tells, free_days, in_care, planned
from tests.governance.test_meetings import called, of_kind
from tests.running import Running


async def asked(nurse: Any, client: str) -> Any:
    return await nurse.post("/v1/meeting-asks", json=an_ask(client))


@pytest.mark.parametrize("discharge_comes_first", [False, True])
async def test_nothing_stands_on_the_agenda_of_who_was_discharged(
    governance: Running, nurse: Any, discharge_comes_first: bool
) -> None:
    client, episode = str(uuid7()), uuid7()
    free = free_days(client, -20, 21) | {"episode_of_care_id": episode}
    if discharge_comes_first:
        await discharged(governance, client, episode)
    await in_care(governance, client, days_ago=0, episode_id=episode)
    await planned(governance, client, ahead(-1), episode)
    for what in ("started", "ending"):
        await finance_tells(governance, f"reablement.{what}", free)
    if not discharge_comes_first:
        assert (await asked(nurse, client)).status_code == 201
        before = await called(nurse)
        told = [of_kind(before, kind) for kind in ("plan_overdue", "reablement", "reablement_decision", "new_client")]
        assert [[one["client_id"] for one in items] for items in told] == [[client]] * 4
        for _ in range(2):
            await discharged(governance, client, episode)
    after = await called(nurse, held_on=ahead(7))
    assert [item["kind"] for item in after["items"]] == ["rota", "client_facing"]
    assert (await asked(nurse, client)).json()["code"] == "unknown_client"


async def test_who_is_taken_on_again_is_in_care_and_their_old_plan_is_over_for_good(
    governance: Running, nurse: Any
) -> None:
    client, before = str(uuid7()), uuid7()
    await in_care(governance, client, episode_id=before)
    await planned(governance, client, ahead(-1), before)
    await discharged(governance, client, before)
    await in_care(governance, client, days_ago=0)
    assert (await asked(nurse, client)).status_code == 201
    agenda = await called(nurse)
    assert [one["client_id"] for one in of_kind(agenda, "new_client")] == [client]
    assert of_kind(agenda, "plan_overdue") == []


async def test_who_is_taken_on_at_a_meeting_is_new_at_the_next_and_only_there(governance: Running, nurse: Any) -> None:
    first, second = str(uuid7()), str(uuid7())
    await in_care(governance, first, days_ago=0)
    drawn = [await called(nurse)]
    await in_care(governance, second, days_ago=0)
    drawn += [await called(nurse, held_on=ahead(day)) for day in (7, 14)]
    assert [[one["client_id"] for one in of_kind(agenda, "new_client")] for agenda in drawn] == [[first], [second], []]


async def test_who_was_heard_of_after_the_meeting_is_new_at_the_next(governance: Running, nurse: Any) -> None:
    client = str(uuid7())
    await called(nurse)
    await in_care(governance, client, days_ago=1)
    agenda = await called(nurse, held_on=ahead(7))
    assert [one["client_id"] for one in of_kind(agenda, "new_client")] == [client]


async def test_reablement_is_counted_as_finance_counts_it(governance: Running, nurse: Any) -> None:
    """The last free day is finance's word: here it is the 17th day, and the day after is none."""
    client = str(uuid7())
    await finance_tells(governance, "reablement.started", free_days(client, -9, 7))
    found = [of_kind(await called(nurse, held_on=ahead(day)), "reablement") for day in (0, 7, 8)]
    assert [[(one["client_id"], one["number"]) for one in items] for items in found] == [
        [(client, 10)],
        [(client, 17)],
        [],
    ]
    assert not [code for code in RuleCode if code.startswith("reablement")]


@pytest.mark.parametrize("order", list(permutations(("started", "ending"))))
async def test_the_team_is_asked_what_follows_until_the_last_free_day(
    governance: Running, nurse: Any, order: tuple[str, ...]
) -> None:
    client = str(uuid7())
    free = free_days(client, -34, 7)
    for what in order:
        for _ in range(2):
            await finance_tells(governance, f"reablement.{what}", free, version=1 + (what == "ending"))
    found = [of_kind(await called(nurse, held_on=ahead(day)), "reablement_decision") for day in (0, 7, 8)]
    about = (str(free["reablement_id"]), client, ahead(7))
    assert [[(one["subject_id"], one["client_id"], one["day"]) for one in items] for items in found] == [
        [about],
        [about],
        [],
    ]


async def test_the_team_is_not_asked_what_it_has_not_to_decide_yet_or_has_decided(
    governance: Running, nurse: Any
) -> None:
    early, decided = free_days(str(uuid7()), -10, 31), free_days(str(uuid7()), -34, 7)
    for one in (early, decided):
        await finance_tells(governance, "reablement.started", one)
    assessment = {"financial_assessment_id": uuid7(), "asked_on": ahead(0)}
    await finance_tells(governance, "financial_assessment.asked", decided | assessment)
    await finance_tells(governance, "reablement.ending", decided, version=2)
    agenda = await called(nurse)
    assert len(of_kind(agenda, "reablement")) == 2
    assert of_kind(agenda, "reablement_decision") == []
