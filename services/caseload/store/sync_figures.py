"""Devices and what waits, as counts and ages. Nothing here says what was written, about whom, or by whom."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, cast, select, text
from sqlmodel import col

from services.caseload.domain.sync_device import SyncDevice
from services.common.db import Transaction

FIGURES = text("""
    select d.*, c.*, h.* from
    (select count(*) as devices,
            count(*) filter (where unsent > 0) as devices_with_unsent,
            coalesce(sum(unsent), 0) as unsent,
            min(oldest_unsent_at) filter (where unsent > 0) as oldest_unsent_at,
            count(*) filter (where unsent > 0 and lost_at is null and pushed_at <= :silent_since) as devices_silent,
            count(*) filter (where lost_at is not null) as devices_lost,
            coalesce(sum(unsent) filter (where lost_at is not null), 0) as may_be_lost,
            count(*) filter (where abs(clock_off_seconds) > :clock) as clocks_wrong
     from sync_device) d,
    (select count(*) as conflicts_open,
            min(opened_at) as oldest_conflict_at,
            count(*) filter (where opened_at > cast(:now as timestamptz) - interval '1 day') as conflicts_within_a_day,
            count(*) filter (where opened_at <= cast(:now as timestamptz) - interval '1 day'
                             and opened_at > cast(:now as timestamptz) - interval '7 days') as conflicts_within_a_week,
            count(*) filter (where opened_at <= cast(:now as timestamptz) - interval '7 days') as conflicts_older
     from sync_conflict where settled_at is null) c,
    (select count(*) filter (where outcome = 'for_review') as for_review,
            count(*) filter (where outcome = 'refused') as refused,
            count(*) filter (where outcome = 'kept_aside') as kept_aside,
            min(received_at) as oldest_held_at,
            min(received_at) filter (where outcome = 'for_review') as oldest_for_review_at,
            min(received_at) filter (where outcome = 'refused') as oldest_refused_at,
            min(received_at) filter (where outcome = 'kept_aside') as oldest_kept_aside_at
     from sync_held where settled_at is null) h
""")
WAITING = text("""
    select (select count(*) from sync_conflict where settled_at is null and :me = any(people)) as conflicts_open,
           (select count(*) from sync_held
            where settled_at is null and outcome = 'for_review' and :me in (made_by, kept_for)) as for_review,
           (select count(*) from sync_held h join client c on c.id = h.client_id
            where h.settled_at is null and h.outcome = 'for_review' and c.team_id = any(:teams)) as for_review_in_team,
           (select count(*) from sync_held
            where settled_at is null and outcome <> 'for_review' and :me in (made_by, kept_for))
               as refused_or_kept_aside
""")


def devices(teams: Collection[UUID]) -> Select[Any]:
    mine = col(SyncDevice.teams).op("&&")(cast(list(teams), ARRAY(Uuid)))
    return select(SyncDevice).where(mine)


async def device(tx: Transaction, device_id: UUID, teams: Collection[UUID], *, lock: bool = False) -> SyncDevice | None:
    wanted = devices(teams).where(col(SyncDevice.id) == device_id)
    wanted = wanted.with_for_update() if lock else wanted
    found: SyncDevice | None = await tx.session.scalar(wanted)
    return found


async def waiting_for(tx: Transaction, person: UUID | None) -> dict[str, Any]:
    """What waits for this person, and what waits for a look of anybody in the teams that they belong to now."""
    (row,) = await tx.rows(WAITING, {"me": person, "teams": list(await tx.teams())})
    return dict(row._mapping)


async def figures(tx: Transaction, clock_off_seconds: int, silent_hours: int) -> dict[str, Any]:
    silent_since = tx.now - timedelta(hours=silent_hours)
    (row,) = await tx.rows(FIGURES, {"now": tx.now, "clock": clock_off_seconds, "silent_since": silent_since})
    return dict(row._mapping)
