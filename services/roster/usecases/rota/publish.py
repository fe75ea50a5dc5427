"""Publishing a rota: from then on it is what people work, as shifts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.rulebook import amounts
from services.roster.domain.rota_version.duty import RotaDuty
from services.roster.domain.rota_version.duty_type import in_use
from services.roster.domain.rota_version.rota import Rota
from services.roster.domain.rota_version.shifts import steps, stretches
from services.roster.domain.rota_version.version import Publication, RotaVersion, VersionState
from services.roster.domain.shift import Shift, ShiftClash
from services.roster.store import rota_versions
from services.roster.usecases.rota.load import freeze
from services.roster.usecases.rota.version import WholeVersion, whole
from services.roster.usecases.shift import tell_of_shift

SILENCE, SHORT_NOTICE = "rota.silence_hours", "rota.short_notice_hours"


async def publish_rota(tx: Transaction, version_id: UUID, publication: Publication, if_match: int) -> WholeVersion:
    """The agreed version becomes the team's shifts; one that cannot wait says why, and everybody is told.

    Shifts that are the same stay as they are. Raises `PreconditionFailed`, `RotaClosed`, `RotaAlreadyPublished`,
    `VersionNotOpen`, `NotAgreed` or `ShiftClash`.
    """
    version = await rota_versions.version_in_turn(tx, version_id)
    rota = await tx.get(Rota, version.rota_id)
    rota.require_open()
    if version.state not in (VersionState.PUBLISHED, VersionState.AMENDED):
        require_version(version, if_match)
    await put_in_place(tx, rota, version, publication.urgency)
    return await whole(tx, version)


async def put_in_place(
    tx: Transaction, rota: Rota, version: RotaVersion, urgency: str | None, **told: Any
) -> Sequence[Shift]:
    """The version takes the place of the one before. The shifts that it made, moved or called off.

    `told` are what an amendment says of each shift that it changes.
    """
    silent_until = await _silent_until(tx, version)
    for older in await rota_versions.in_state(tx, rota.id, VersionState.PUBLISHED):
        if older.id != version.id:
            older.amended(tx.now)
    await tx.session.flush()
    version.publish(urgency, silent_until, tx.now)
    if version.problem is None:
        await freeze(tx, rota, version)
    await tx.session.flush()
    duties = await rota_versions.duties_of(tx, version.id)
    changed = await _into_shifts(tx, rota, version, duties, told)
    for shift in changed:
        tell_of_shift(tx, shift)
    return changed


async def _silent_until(tx: Transaction, version: RotaVersion) -> datetime | None:
    """When those who were away from the meeting and said nothing have had their time; None if there are none."""
    known = await whole(tx, version)
    if known.decision is None or not known.decision.present:
        return None
    if not known.consent.silent - set(known.decision.present):
        return None
    (hours,) = await amounts(tx, known.decision.meeting_on, SILENCE)
    return known.decision.silent_until(hours)


async def _into_shifts(
    tx: Transaction, rota: Rota, version: RotaVersion, duties: Sequence[RotaDuty], told: dict[str, Any]
) -> Sequence[Shift]:
    types = in_use(await rota_versions.duty_types(tx, rota.team_id, rota.to_on), rota.from_on, rota.to_on)
    await tx.take_turns(*{duty.employee_id for duty in duties})
    plan = steps(stretches(duties, types), await rota_versions.shifts_of(tx, rota.id), tx.now)
    (hours,) = await amounts(tx, tx.today, SHORT_NOTICE)
    soon = tx.now + timedelta(hours=hours)
    about: dict[str, Any] = {"rota_version_id": version.id, "told_at": tx.now, **told}
    by = {"planned_by": tx.actor.employee_id}
    made = []
    async with tx.refusing({"shift_one_at_a_time": ShiftClash}):
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
