"""What is asked and kept when a device pushes: its queue, what it named, who may say so, and what came of it."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from services.caseload.domain.client import Client
from services.caseload.domain.sync_device import SyncDevice
from services.caseload.domain.sync_operation import PushedTwiceAtOnce, SyncHeld, SyncOperation, SyncOutcome
from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.models import TeamOwned

# What an operation may be about; each is of one client and one team.
NAMED = (
    "action",
    "care_contact",
    "care_plan",
    "client_problem",
    "clinical_test",
    "episode_of_care",
    "medicine",
    "syringe_driver",
    "wound",
)
# When some of them began; nothing of any client's is older than what they were first referred for.
BEGAN = {"care_contact": "started_at", "syringe_driver": "started_at"}
_EACH = " union all ".join(
    f"select '{table}' as what, id, client_id, team_id, {BEGAN.get(table, 'null')}::timestamptz as began_at, "  # noqa: S608
    f"null::uuid as stands from {table} where id = any(:{table})"
    for table in NAMED
)
# With what waits: for a review, or in a conflict, where something else stands in its place. What follows on it is
# known by it.
_SUBJECTS = f"""
    with named as ({_EACH} union all
        select '', makes_id, client_id, null, null, null from sync_held
        where makes_id = any(:every) and settled_at is null and client_id is not null union all
        select '', o.makes_id, c.client_id, c.team_id, null, c.subject_id
        from sync_operation o join sync_conflict c on c.id = o.conflict_id where o.makes_id = any(:every))
    select n.what, n.id, n.client_id, coalesce(n.team_id, c.team_id) as team_id, c.team_id as team_now, n.stands,
           coalesce(care.goes_on, false) as in_care,
           greatest((n.began_at at time zone 'Europe/London')::date, care.began_on) as began_on
    from named n join client c on c.id = n.client_id cross join lateral (
        select bool_or(e.status <> 'finished') as goes_on,
               min(least(e.opened_on, (r.received_at at time zone 'Europe/London')::date)) as began_on
        from episode_of_care e join referral r on r.id = e.referral_id where e.client_id = c.id) care
"""  # noqa: S608  names of ours
SUBJECTS = text(_SUBJECTS).bindparams(*(bindparam(name, type_=ARRAY(Uuid)) for name in (*NAMED, "every")))
# Made and locked in one statement; whoever pushes from the same device meanwhile waits. It is theirs who pushed last,
# or who is or ever was in a team of its teams.
HOLD = text("""
    insert into sync_device as d (id, through, unsent, pushed_at, pushed_by, clock_off_seconds, teams)
    values (:id, 0, 0, :now, :by, 0, '{}')
    on conflict (id) do update set pushed_at = excluded.pushed_at
    returning through, teams, lost_at, pushed_by = :by or exists (
        select from team_member m where m.employee_id = :by and m.team_id = any(d.teams)) as is_theirs
""")
SERVICE = text("select set_config('app.every_team', :on, true)")


@dataclass(frozen=True)
class Subject:
    """Whose the named thing is, and what has become of its client."""

    client_id: UUID
    team_id: UUID
    team_now: UUID
    in_care: bool
    # Before this day nothing can have happened to it.
    began_on: date | None = None
    # Of what came into conflict: what stands in its place.
    stands: UUID | None = None


@dataclass(frozen=True)
class HeldDevice:
    """What was known of a device before this push: `is_theirs` says whether whoever pushes may go on in its queue."""

    through: int
    teams: frozenset[UUID]
    is_lost: bool
    is_theirs: bool


@asynccontextmanager
async def beyond_the_wall(tx: Transaction) -> AsyncIterator[None]:
    """See and write for the sake of another team what the caller may not: whose a late push is, and that it waits.

    Nothing that is read so is told to the caller.
    """
    await tx.session.execute(SERVICE, {"on": "on"})
    yield
    await tx.session.execute(SERVICE, {"on": "off"})


async def hold_device(tx: Transaction, device_id: UUID, by: UUID) -> HeldDevice:
    """This device, which is held until the end: it pushes once at a time."""
    (row,) = await tx.rows(HOLD, {"id": device_id, "now": tx.now, "by": by})
    return HeldDevice(row.through, frozenset(row.teams), row.lost_at is not None, row.is_theirs)


async def report(tx: Transaction, device_id: UUID, told: Mapping[str, Any]) -> None:
    await tx.session.execute(update(SyncDevice).where(col(SyncDevice.id) == device_id).values(**told))


async def known(
    tx: Transaction, device_id: UUID, sequences: Collection[int], operation_ids: Collection[UUID]
) -> Sequence[SyncOperation]:
    """What was answered before: by these numbers of this device, or by these ids of any."""
    table = SyncOperation
    same = (col(table.device_id) == device_id) & col(table.sequence).in_(sequences)
    wanted = select(table).where(or_(same, col(table.operation_id).in_(operation_ids)))
    found: Sequence[SyncOperation] = await tx.all(wanted)
    return found


async def subjects(tx: Transaction, named: Mapping[str, Collection[UUID]]) -> dict[tuple[str, UUID], Subject]:
    """Whose these are, by table and id. To be asked beyond the wall."""
    asked = {table: list(named.get(table, ())) for table in NAMED}
    asked["every"] = [one for ids in asked.values() for one in ids]
    rows = await tx.rows(SUBJECTS, asked)
    return {
        (row.what, row.id): Subject(row.client_id, row.team_id, row.team_now, row.in_care, row.began_on, row.stands)
        for row in rows
    }


async def memberships(tx: Transaction, people: Collection[UUID]) -> dict[tuple[UUID, UUID], tuple[date, date | None]]:
    """From when until when these belong to a team, by team and person. To be asked beyond the wall."""
    member = tx.metadata.tables["team_member"]
    rows = await tx.rows(select(member).where(member.c.employee_id.in_(people)))
    return {(row.team_id, row.employee_id): (row.from_on, row.until_on) for row in rows}


async def keep_operations(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Raises `PushedTwiceAtOnce`."""
    if rows:
        async with tx.refusing({"one_first_operation": PushedTwiceAtOnce}):
            await tx.session.execute(insert(SyncOperation), rows)


async def came_into_conflict(tx: Transaction, operation_id: UUID, conflict_id: UUID, makes_id: UUID | None) -> None:
    """What waited stands beside something else now, and what follows on it is known by that."""
    first = (col(SyncOperation.operation_id) == operation_id) & (col(SyncOperation.outcome) != SyncOutcome.DUPLICATE)
    told = {"conflict_id": conflict_id, "makes_id": makes_id}
    await tx.session.execute(update(SyncOperation).where(first).values(**told))


async def keep_held(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """For whoever has to see it, whichever team that is."""
    if rows:
        async with beyond_the_wall(tx):
            await tx.session.execute(insert(SyncHeld), rows)


async def of_ids(tx: Transaction, model: type[TeamOwned], ids: Collection[UUID], *, lock: bool) -> Sequence[TeamOwned]:
    """The visible ones of these, held in one order, so that two who want the same never wait for each other."""
    wanted = select(model).where(col(model.id).in_(ids), await tx.visible(model)).order_by(col(model.id))
    found: Sequence[TeamOwned] = await tx.all(wanted.with_for_update() if lock else wanted)
    return found


async def write_new(tx: Transaction) -> None:
    """Write what was made since, table by table, so that what others refer to comes first."""
    made: defaultdict[str, list[Any]] = defaultdict(list)
    for row in list(tx.session.new):
        made[str(row.__tablename__)].append(row)
        tx.session.expunge(row)
    for table in tx.metadata.sorted_tables:
        if table.name in made:
            tx.session.add_all(made[table.name])
            await tx.session.flush()
    await tx.session.flush()


async def held(tx: Transaction, *, outcome: str | None, is_open: bool) -> Select[Any]:
    """What waits for the caller, or what was settled."""
    settled_at = col(SyncHeld.settled_at)
    wanted = (await _held(tx)).where(settled_at.is_(None) if is_open else settled_at.is_not(None))
    return wanted if outcome is None else wanted.where(col(SyncHeld.outcome) == outcome)


async def _held(tx: Transaction) -> Select[Any]:
    """What was said of the clients of the caller's teams, or is kept for the caller alone."""
    theirs = select(col(Client.id)).where(await tx.visible(Client))
    return select(SyncHeld).where(
        or_(col(SyncHeld.client_id).in_(theirs), col(SyncHeld.kept_for) == tx.actor.employee_id)
    )


async def held_one(tx: Transaction, review_id: UUID, *, lock: bool = False) -> SyncHeld:
    """Raises `NotFound`."""
    wanted = (await _held(tx)).where(col(SyncHeld.id) == review_id)
    found: SyncHeld | None = await tx.session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound("sync_held")
    return found
