"""Publishing a rota: from then on it is what people work, as shifts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.roster.domain import rota as judge
from services.roster.domain.breach import Ground, newly, of_nobody, require_grounds
from services.roster.domain.rota import scored
from services.roster.domain.rota.problem import Problem
from services.roster.domain.rota_version.begun import require_ahead
from services.roster.domain.rota_version.duty import Cells, DutyOfLeaver, RotaDuty, by_cell, roster_of
from services.roster.domain.rota_version.rota import Rota
from services.roster.domain.rota_version.shifts import steps, stretches
from services.roster.domain.rota_version.version import (
    NewAmendment,
    NothingPublished,
    Origin,
    Publication,
    RotaMovedOn,
    RotaVersion,
    VersionState,
)
from services.roster.domain.rule import RuleCode
from services.roster.domain.shift import Shift, ShiftClash
from services.roster.store import rota_versions
from services.roster.usecases.agreed import team_rule
from services.roster.usecases.placing import Placed, take_away_mended, write_breaches
from services.roster.usecases.resting import settle_rest
from services.roster.usecases.rota.letters import letters_of, time_anew
from services.roster.usecases.rota.load import keep_judgement, problem_of
from services.roster.usecases.rota.telling import tell_of_published
from services.roster.usecases.rota.version import WholeVersion, drafted, whole, write_cells
from services.roster.usecases.shift import tell_of_shift

VERSION = "/path/rota_version_id"


async def publish_rota(tx: Transaction, version_id: UUID, publication: Publication, if_match: int) -> WholeVersion:
    """The agreed version becomes the team's shifts; one that cannot wait says why, and everybody is told.

    Shifts that are the same stay as they are. What breaks a rule stands with its ground, and rest is owed. Raises
    `PreconditionFailed`, `RotaClosed`, `RotaAlreadyPublished`, `RotaMovedOn`, `VersionNotOpen`, `NotAgreed`,
    `DutyOfLeaver`, `ShiftClash`, `ShiftTooLong`, `OnLeave` or `BreachNeedsGround`.
    """
    version = await rota_versions.version_in_turn(tx, version_id)
    rota = await tx.get(Rota, version.rota_id)
    rota.require_open()
    if version.state not in (VersionState.PUBLISHED, VersionState.AMENDED):
        require_version(version, if_match)
    silent_until = await _silent_until(tx, version)
    older = await rota_versions.in_state(tx, rota.id, VersionState.PUBLISHED)
    for one in older if version.is_open else ():
        if not await rota_versions.descends_from(tx, version, one.id):
            raise RotaMovedOn
        one.amended(tx.now)
    await tx.session.flush()
    version.publish(publication.urgency, silent_until, tx.now)
    await put_in_place(tx, rota, version, older[0] if older else None, publication.ground, at=VERSION)
    return await whole(tx, version)


async def amend_rota(tx: Transaction, rota_id: UUID, new: NewAmendment, if_match: int) -> WholeVersion:
    """Some cells of the published version change, for a reason; each person it concerns is told, and may accept.

    Raises `NotFound`, `RotaClosed`, `NothingPublished`, `RotaMovedOn`, `PreconditionFailed`, `DutyHasBegun`, what
    `set_duties` raises and what `publish_rota` raises.
    """
    rota = await rota_versions.rota_in_turn(tx, rota_id)
    rota.require_open()
    published = await rota_versions.in_state(tx, rota_id, VersionState.PUBLISHED)
    if not published:
        raise NothingPublished
    if published[0].id != new.from_version_id:
        raise RotaMovedOn("/body/from_version_id")
    require_version(published[0], if_match)
    about: dict[str, Any] = {"from_version_id": published[0].id, "reason": new.reason}
    version = await drafted(tx, rota, new.id, Origin.AMENDMENT, **about)
    await write_cells(tx, rota, version, new.duties)
    before, after = [await rota_versions.duties_of(tx, one.id) for one in (published[0], version)]
    require_ahead(before, after, tx.now)
    published[0].amended(tx.now)
    await tx.session.flush()
    version.publish_amendment(tx.now)
    await put_in_place(tx, rota, version, published[0], new.ground, at="/body/duties", initiated_by=new.initiated_by)
    return await whole(tx, version)


async def put_in_place(
    tx: Transaction,
    rota: Rota,
    version: RotaVersion,
    older: RotaVersion | None,
    ground: Ground | None,
    *,
    at: str,
    **told: Any,
) -> None:
    """A version that is published now takes the place of the one before, as shifts.

    `at` is the field that names it, and `told` are what is said of each shift that it makes, moves or calls off.
    All whose time it is are held before anything is judged: what others place meanwhile is judged with it.
    """
    was = by_cell([] if older is None else await rota_versions.duties_of(tx, older.id))
    await tx.take_turns(*await _people(tx, version, was))
    if version.problem is None:
        await time_anew(tx, rota, version)
    duties = await rota_versions.duties_of(tx, version.id)
    await _require_members(tx, rota, duties, at)
    problem = await problem_of(tx, rota)
    before, after = [judge.score(problem, roster_of(problem, cells)) for cells in (was, by_cell(duties))]
    before = of_nobody(before) if older is None else before
    if version.problem is None:
        keep_judgement(version, problem, after)
    grounded = require_grounds(newly(before, after), ground, at)
    stays = _by_person(problem, [one for one in after.breaches if one not in grounded])
    await take_away_mended(tx, rota.id, problem.from_on, stays)
    async with tx.refusing({"shift_one_at_a_time": partial(ShiftClash, at)}):
        changed = await _into_shifts(tx, rota, version, duties, told, is_first=older is None)
    for who, found in _by_person(problem, grounded).items():
        placed = Placed(problem.from_on, found)
        await write_breaches(tx, rota.team_id, placed, ground, who, rota_version_id=version.id)
    await settle_rest(tx, rota.team_id, *sorted({shift.employee_id for shift in changed}))
    await tell_of_published(tx, rota, version, None if older is None else older.id)
    for shift in changed:
        tell_of_shift(tx, shift)


async def _require_members(tx: Transaction, rota: Rota, duties: Sequence[RotaDuty], at: str) -> None:
    """Who has left since a duty was planned is not put on it; what has begun was worked. Raises `DutyOfLeaver`."""
    belonging = await rota_versions.memberships(tx, rota.team_id, rota.from_on, rota.to_on)
    for duty in duties:
        if duty.starts_at > tx.now and not rota_versions.belongs(belonging.get(duty.employee_id, ()), duty.day_on):
            raise DutyOfLeaver(duty.employee_id, duty.day_on, at)


async def _people(tx: Transaction, version: RotaVersion, was: Cells) -> set[UUID]:
    """Everybody whose time it is, by this version, the one before it, or the shifts as they are now."""
    shifts = await rota_versions.shifts_of(tx, version.rota_id)
    duties = await rota_versions.duties_of(tx, version.id)
    return {one.employee_id for one in duties} | {one.employee_id for one in shifts} | {who for who, _ in was}


def _by_person(problem: Problem, found: Sequence[scored.Breach]) -> dict[UUID | None, list[scored.Breach]]:
    """What no one person breaks is the team's, under None."""
    by: dict[UUID | None, list[scored.Breach]] = {}
    for one in found:
        by.setdefault(None if one.member is None else problem.members[one.member].employee_id, []).append(one)
    return by


async def _silent_until(tx: Transaction, version: RotaVersion) -> datetime | None:
    """When those who were away and said nothing have had their time; None if there are none.

    Of a decision that was adopted elsewhere nobody here knows who was there.
    """
    known = await whole(tx, version)
    if known.decision is None:
        return None
    if not known.consent.silent - set(known.decision.present):
        return None
    rule = await team_rule(tx, version.team_id, RuleCode.SILENCE_HOURS, known.decision.meeting_on)
    return known.decision.silent_until(rule.amount)


async def _into_shifts(
    tx: Transaction,
    rota: Rota,
    version: RotaVersion,
    duties: Sequence[RotaDuty],
    told: dict[str, Any],
    *,
    is_first: bool,
) -> Sequence[Shift]:
    types = await letters_of(tx, rota)
    plan = steps(stretches(duties, types), await rota_versions.shifts_of(tx, rota.id), tx.now, is_first=is_first)
    soon = tx.now + timedelta(hours=(await team_rule(tx, rota.team_id, RuleCode.SHORT_NOTICE_HOURS, tx.today)).amount)
    about: dict[str, Any] = {"rota_version_id": version.id, "told_at": tx.now, **told}
    by = {"planned_by": tx.actor.employee_id}
    made = []
    await rota_versions.look_when_all_have_moved(tx)
    for shift in plan.cancel:
        shift.cancel(soon, about, tx.now)
    for shift, stretch in plan.move:
        shift.become(stretch, soon, about, tx.now)
    for stretch in plan.make:
        made.append(Shift.of_rota(rota.team_id, stretch, soon, about | by, tx.now))
    tx.session.add_all(made)
    await rota_versions.look_now(tx)
    return [*plan.cancel, *(shift for shift, _ in plan.move), *made]
