"""Whoever updates is not told of every reablement there ever was: only of those whose free days still run."""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module

from sqlalchemy import select
from sqlmodel import col

from services.common.auth import SYSTEM
from services.common.types import day_in_england
from services.finance.domain.reablement import ReablementEpisode
from services.finance.events import ReablementEnding
from services.finance.usecases.means_test import ask_for_some
from tests.finance.facts import REABLEMENT, a_reablement
from tests.running import Running

DAY_42, DAY_43 = date(2026, 12, 20), date(2026, 12, 21)


async def test_after_the_free_days_nobody_is_asked_any_more(finance: Running) -> None:
    await finance.deliver("finance", REABLEMENT, a_reablement())
    assert await ask_for_some(finance.databases["finance"], DAY_43) == 0
    assert await finance.published("finance", ReablementEnding) == []
    assert await ask_for_some(finance.databases["finance"], DAY_42) == 1


async def test_the_migration_takes_what_was_over_before_it_for_told(finance: Running) -> None:
    today = day_in_england(datetime.now(UTC))
    over, runs = today - timedelta(days=42), today - timedelta(days=41)
    for starts_on in (over, runs):
        await finance.deliver("finance", REABLEMENT, a_reablement(starts_on=str(starts_on)))
    await finance.alter("finance", import_module("services.finance.migrations.0006_means_test").OVER_ALREADY)
    async with finance.databases["finance"].transaction(SYSTEM) as tx:
        untold = select(col(ReablementEpisode.started_on)).where(col(ReablementEpisode.ending_told_at).is_(None))
        assert await tx.all(untold) == [runs]
