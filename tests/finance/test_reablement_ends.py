"""The care may end before its free days: what is free, and what is decided, goes by the earlier day."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from services.finance.domain.rate import Rate
from services.finance.domain.reablement import AgreedReablement, CareHasEnded, ReablementDecision, ReablementEpisode
from tests.finance.facts import REABLEMENT, a_reablement
from tests.finance.test_means_test import decided, gave, refused, statuses
from tests.finance.test_outcomes import discharged
from tests.running import NURSE, Running

NOW = datetime(2026, 12, 14, tzinfo=UTC)
TODAY, EARLY, LAST_FREE, LATE = date(2026, 12, 14), date(2026, 12, 10), date(2026, 12, 20), date(2027, 2, 1)


def an_episode() -> ReablementEpisode:
    agreed = AgreedReablement.model_validate(a_reablement())
    rates = {"free_days": Rate(amount=42), "decision_day": Rate(amount=35)}
    return ReablementEpisode.started(agreed, rates, NOW)


def test_decided_after_an_early_discharge_it_still_ended_with_the_care() -> None:
    episode = an_episode()
    episode.end(EARLY, NOW)
    episode.decide(ReablementDecision.END, uuid7(), TODAY, NOW)
    assert (episode.ended_on, episode.decision) == (EARLY, "end")


@pytest.mark.parametrize("decision", [ReablementDecision.NHS_ONLY, ReablementDecision.FINANCIAL_ASSESSMENT])
def test_after_the_care_nothing_is_decided_to_follow(decision: ReablementDecision) -> None:
    episode = an_episode()
    episode.end(EARLY, NOW)
    with pytest.raises(CareHasEnded):
        episode.decide(decision, uuid7(), TODAY, NOW)
    assert (episode.ended_on, episode.decision) == (EARLY, None)


@pytest.mark.parametrize(("discharge", "ends"), [(EARLY, EARLY), (LATE, LAST_FREE)])
def test_a_discharge_after_the_decision_ends_it_no_later(discharge: date, ends: date) -> None:
    episode = an_episode()
    episode.decide(ReablementDecision.FINANCIAL_ASSESSMENT, uuid7(), TODAY, NOW)
    episode.end(discharge, NOW)
    assert (episode.ended_on, episode.decision) == (ends, "financial_assessment")


async def of_episode(finance: Running, as_of: str) -> list[Any]:
    nurse = await finance.client("finance", UUID(str(NURSE)))
    return list((await nurse.get(f"/v1/reablement-episodes?as_of={as_of}")).json()["items"])


async def test_a_team_that_decides_after_the_discharge_changes_no_day(finance: Running) -> None:
    beryl = a_reablement()
    await finance.deliver("finance", REABLEMENT, beryl)
    await discharged(finance, beryl, "2026-12-10")
    assert refused(await decided(finance, "financial_assessment")) == (409, "care_has_ended")
    answer = await decided(finance, "end")
    assert (answer.status_code, answer.json()["ended_on"]) == (200, "2026-12-10")
    assert await of_episode(finance, "2026-12-11") == []


@pytest.mark.parametrize("decision", ["end", "nhs_only", "financial_assessment"])
async def test_a_discharge_ends_what_was_decided_already(finance: Running, decision: str) -> None:
    beryl = a_reablement()
    await finance.deliver("finance", REABLEMENT, beryl)
    await decided(finance, decision)
    await discharged(finance, beryl, "2026-12-10")
    (episode,) = await of_episode(finance, "2026-12-10")
    assert (episode["ended_on"], episode["decision"]) == ("2026-12-10", decision)
    assert await of_episode(finance, "2026-12-11") == []


@pytest.mark.parametrize("order", ["agreed, ended, given", "ended, given, agreed", "given, agreed, ended"])
async def test_after_the_care_no_day_is_free_in_whatever_order_it_is_heard(finance: Running, order: str) -> None:
    beryl = a_reablement()
    for step in order.split(", "):
        if step == "agreed":
            await finance.deliver("finance", REABLEMENT, beryl)
        elif step == "ended":
            await discharged(finance, beryl, "2026-12-10")
        else:
            for day in ("2026-12-10", "2026-12-11"):
                await gave(finance, beryl["client_id"], day, ("personal_care", 45), ("reablement", 30), ("nursing", 5))
    assert await statuses(finance) == {
        ("2026-12-10", "personal_care"): "free_reablement",
        ("2026-12-10", "reablement"): "free_reablement",
        ("2026-12-10", "nursing"): "health_never_charged",
        ("2026-12-11", "personal_care"): "needs_financial_assessment",
        ("2026-12-11", "reablement"): "needs_decision",
        ("2026-12-11", "nursing"): "health_never_charged",
    }
