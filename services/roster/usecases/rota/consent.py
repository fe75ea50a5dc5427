"""What the team says to a rota, and what its meeting decides."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.common.db import Transaction, require_version
from services.common.membership import NotInTheTeam
from services.roster.domain.rota_version.consent import (
    Answer,
    Consent,
    NewDecision,
    NewResponse,
    RotaDecision,
    RotaResponse,
)
from services.roster.domain.rota_version.version import RotaVersion, VersionState
from services.roster.store import rota_versions
from services.roster.usecases.rota.telling import tell_of_agreed
from services.roster.usecases.rota.version import WholeVersion, consent_of, whole


async def respond_to_rota(tx: Transaction, version_id: UUID, new: NewResponse) -> RotaResponse:
    """One's own answer, in the place of the last. An objection to what was agreed opens it again.

    Raises `NotFound`, `NotInTheTeam` or `VersionNotOpen`.
    """
    version = await rota_versions.version_in_turn(tx, version_id)
    version.require_in_talk()
    if tx.actor.employee_id is None:
        raise NotInTheTeam("/header/Authorization")
    by = tx.actor.employee_id
    given = next((one for one in await rota_versions.responses_to(tx, version_id) if one.employee_id == by), None)
    if given is None:
        given = RotaResponse.given(new, version_id, version.team_id, by, tx.now)
        tx.add(given)
    else:
        given.say(new, tx.now)
    if new.answer == Answer.OBJECTION:
        version.reopen(tx.now)
    await tx.session.flush()
    return given


async def withdraw_response(tx: Transaction, response_id: UUID, if_match: int) -> RotaResponse:
    """Its author takes an answer back.

    Raises `NotFound`, `PreconditionFailed`, `NotYourResponse` or `VersionNotOpen`.
    """
    said = await tx.get(RotaResponse, response_id)
    version = await rota_versions.version_in_turn(tx, said.rota_version_id)
    version.require_in_talk()
    require_version(said, if_match)
    said.withdraw(tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return said


async def decide_rota(tx: Transaction, version_id: UUID, new: NewDecision) -> WholeVersion:
    """The meeting agrees this version by consent.

    Raises `NotFound`, `VersionNotOpen`, `MetBeforeProposed`, `NotInTheTeam`, `ObjectionStands`, `PresentButSilent` or
    `QuorumNotMet`.
    """
    version = await rota_versions.version_in_turn(tx, version_id)
    version.agree(tx.now)
    version.require_proposed_by(new.meeting_on)
    consent = await _consent(tx, version, new.meeting_on)
    for field, people in (("/body/present", new.present), ("/body/facilitator_id", [new.facilitator_id])):
        if not consent.members.issuperset(people):
            raise NotInTheTeam(field)
    have = consent.require_agreed_by(new.present)
    decision = RotaDecision(
        id=new.id,
        team_id=version.team_id,
        rota_version_id=version.id,
        meeting_on=new.meeting_on,
        present=sorted(set(new.present)),
        facilitator_id=new.facilitator_id,
        decision_id=new.decision_id,
        quorum_have=have,
        quorum_of=consent.needed,
        recorded_by=tx.actor.employee_id,
        changed_at=tx.now,
    )
    await _record(tx, version, decision)
    return await whole(tx, version)


async def _consent(tx: Transaction, version: RotaVersion, on: date) -> Consent:
    return await consent_of(tx, version, await rota_versions.responses_to(tx, version.id), on)


async def _record(tx: Transaction, version: RotaVersion, decision: RotaDecision) -> None:
    """A version that was agreed, objected to and agreed again has the last decision."""
    earlier = await rota_versions.decision_on(tx, decision.rota_version_id)
    if earlier is not None:
        await tx.session.delete(earlier)
        await tx.session.flush()
    tx.add(decision)
    await tell_of_agreed(tx, version, decision)
    await tx.settle()


async def remember_decision(
    tx: Transaction, decision_id: UUID, team_id: UUID, subjects: list[UUID], on: date, adopted_at: datetime
) -> None:
    """The team adopted a decision about a rota: its proposed version is agreed, unless somebody objects to it here.

    The subject is the version, or its rota: whatever was proposed after the decision is not what was decided. Consent
    was asked for where it was adopted; whoever said nothing here has the same time as after a meeting.
    """
    wanted = select(col(RotaVersion.id)).where(
        col(RotaVersion.team_id) == team_id,
        col(RotaVersion.state) == VersionState.PROPOSED,
        col(RotaVersion.proposed_at) < adopted_at,
        col(RotaVersion.id).in_(subjects) | col(RotaVersion.rota_id).in_(subjects),
    )
    for version_id in await tx.all(wanted):
        version = await rota_versions.version_in_turn(tx, version_id)
        consent = await _consent(tx, version, on)
        if version.state != VersionState.PROPOSED or consent.objecting:
            continue
        version.agree(tx.now)
        ids: dict[str, Any] = {"team_id": team_id, "rota_version_id": version.id, "decision_id": decision_id}
        stands: dict[str, Any] = {"quorum_have": len(consent.consenting), "quorum_of": consent.needed}
        await _record(tx, version, RotaDecision(**ids, **stands, meeting_on=on, present=[], changed_at=tx.now))
