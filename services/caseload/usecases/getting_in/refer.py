"""Getting in: referral, the team's decision, and the episode of care that it opens."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from services.caseload.clients import InboundReferral
from services.caseload.domain.alert import AlertKind, Subject
from services.caseload.domain.care_team import CareTeamPeriod
from services.caseload.domain.client import Client, EpisodeOfCare
from services.caseload.domain.match import AlreadyInCare, Match, MatchDoubtful, Matched
from services.caseload.domain.referral import (
    Acceptance,
    AdoptedDecision,
    DecisionNotAdopted,
    NewReferral,
    Referral,
    Refusal,
)
from services.caseload.events import EpisodeOfCareOpened, ReferralAccepted, ReferralNotTaken, ReferralReceived
from services.caseload.store import episodes, matches, referrals
from services.caseload.usecases import tell
from services.caseload.usecases.hospital import pause_who_is_in_hospital
from services.common.db import Transaction, require_version
from services.common.membership import require_members


async def receive_referral(tx: Transaction, new: NewReferral) -> Referral:
    """Somebody refers a person to the team. Raises `NotFound` for a team that is not the caller's."""
    await tx.require_team(new.team_id)
    return await keep_referral(tx, Referral.received(new, tx.now))


async def receive_inbound_referral(tx: Transaction, inbound: InboundReferral) -> Referral:
    """A partner's system refers a person; interop checked the message and knows it by its own id."""
    return await keep_referral(tx, Referral.from_partner(inbound.id, inbound.model_dump(exclude={"id"}), tx.now))


async def change_inbound_referral(tx: Transaction, inbound: InboundReferral) -> None:
    """A partner puts right why, or how urgently; what the team has decided on, or never heard of, stays as it is.

    Where it took the person on, the named nurse and the deputy hear that the referrer says something else now.
    """
    referral = await referrals.of_partner(tx, inbound.id)
    if referral is None:
        return
    if referral.client_id is None:
        referral.put_right(inbound.model_dump(), tx.now)
        return
    episode = await episodes.open_of(tx, referral.client_id)
    if episode is not None and not await tell.is_unanswered(tx, AlertKind.REFERRAL_CHANGED, referral.id):
        people = (episode.named_nurse_id, episode.deputy_id)
        about = Subject(referral.id, episode.team_id, episode.client_id)
        await tell.raise_alert(tx, AlertKind.REFERRAL_CHANGED, about, tx.now, people=people)


async def keep_referral(tx: Transaction, referral: Referral) -> Referral:
    """However it came, a referral is one like any other from now on."""
    tx.add(referral)
    received = ReferralReceived(
        referral_id=referral.id,
        team_id=referral.team_id,
        source=referral.source,
        urgency=referral.urgency,
        received_at=referral.received_at,
        inbound_referral_id=referral.inbound_referral_id,
    )
    tx.publish(received, about=referral)
    return referral


async def accept_referral(tx: Transaction, referral_id: UUID, acceptance: Acceptance, if_match: int) -> EpisodeOfCare:
    """Take the person on: the referral is accepted, with a named nurse and a deputy, and an episode of care opens.

    Raises `ReferralAlreadyDecided`, `HealthNeedRequired`, `OutsideTheArea`, `NotInTheTeam`, `DecisionNotAdopted`,
    `MatchDoubtful` or `AlreadyInCare`.
    """
    referral = await tx.get(Referral, referral_id, lock=True)
    require_version(referral, if_match)
    people = {"/body/named_nurse_id": acceptance.named_nurse_id, "/body/deputy_id": acceptance.deputy_id}
    await require_members(tx, referral.team_id, tx.today, people)
    decision_id = acceptance.decision_id
    if decision_id is not None and not await referrals.is_adopted(tx, decision_id, referral.id, referral.team_id):
        raise DecisionNotAdopted
    client = client_of(tx, await matches.match_referral(tx, referral), acceptance)
    criteria = await referrals.criteria_of(tx, referral.team_id)
    referral.accept(acceptance, client.id, criteria, tx.actor.employee_id, tx.now)
    referral.named_nurse_role = await referrals.role_of(tx, referral.team_id, acceptance.named_nurse_id)
    return await open_episode(tx, referral, acceptance, client)


async def match_referral(tx: Transaction, referral_id: UUID) -> Matched[Referral]:
    """Whether the team knows this person, to be compared before they are taken on."""
    return await matches.match_referral(tx, await tx.get(Referral, referral_id))


async def open_episode(
    tx: Transaction, referral: Referral, acceptance: Acceptance, client: Client, at: str = AlreadyInCare.field
) -> EpisodeOfCare:
    """The person is in care from now on, and the others hear of it. Raises `AlreadyInCare` about `at`."""
    episode = EpisodeOfCare.opened_by(referral, acceptance, client.id, tx.now, tx.today)
    await tx.session.flush()
    async with tx.refusing({"one_open_episode_per_client": partial(AlreadyInCare, at)}):
        tx.add(episode)
        tx.add(CareTeamPeriod.begun(episode, tx.actor.employee_id, tx.now))
    _tell_of_acceptance(tx, referral, episode)
    await pause_who_is_in_hospital(tx, episode)
    return episode


def client_of(tx: Transaction, found: Matched[Any], acceptance: Acceptance) -> Client:
    """The person as the team already knows them, or a new record. Raises `MatchDoubtful`."""
    known = found.known
    if found.match is Match.DOUBTFUL and acceptance.same_person is None:
        raise MatchDoubtful
    if known is not None and (found.match is not Match.DOUBTFUL or acceptance.same_person):
        return known
    client = Client.from_referral(found.person, acceptance.client_id, tx.now)
    if known is not None and known.nhs_number == client.nhs_number:
        client.doubt_number()
    tx.add(client)
    return client


def _tell_of_acceptance(tx: Transaction, referral: Referral, episode: EpisodeOfCare) -> None:
    accepted = ReferralAccepted(
        referral_id=referral.id,
        team_id=referral.team_id,
        client_id=episode.client_id,
        episode_of_care_id=episode.id,
        decision_id=referral.decision_id,
        received_at=referral.received_at,
        accepted_at=tx.now,
        inbound_referral_id=referral.inbound_referral_id,
    )
    opened = EpisodeOfCareOpened(
        episode_of_care_id=episode.id,
        client_id=episode.client_id,
        team_id=episode.team_id,
        referral_id=referral.id,
        named_nurse_id=episode.named_nurse_id,
        deputy_id=episode.deputy_id,
        pathway=episode.pathway,
        opened_on=episode.opened_on,
    )
    tx.publish(accepted, about=referral)
    tx.publish(opened, about=episode)


async def not_take_referral(tx: Transaction, referral_id: UUID, refusal: Refusal, if_match: int) -> Referral:
    """Say no, say why, and say where the person can turn. Raises `ReferralAlreadyDecided`."""
    referral = await tx.get(Referral, referral_id, lock=True)
    require_version(referral, if_match)
    criteria = await referrals.criteria_of(tx, referral.team_id)
    referral.not_take(refusal, criteria, tx.actor.employee_id, tx.now)
    not_taken = ReferralNotTaken(
        referral_id=referral.id,
        team_id=referral.team_id,
        source=referral.source,
        reason=refusal.reason,
        received_at=referral.received_at,
        decided_at=tx.now,
        inbound_referral_id=referral.inbound_referral_id,
    )
    tx.publish(not_taken, about=referral)
    return referral


async def remember_decision(
    tx: Transaction, *, decision_id: UUID, team_id: UUID, subject_ids: Sequence[UUID], adopted_on: date
) -> None:
    """Keep what the team decided, and ratify what one of them took on urgently before, alone or of a whole transfer."""
    for subject_id in subject_ids:
        tx.add(AdoptedDecision(decision_id=decision_id, subject_id=subject_id, team_id=team_id, adopted_on=adopted_on))
    for referral in await referrals.urgent_among(tx, subject_ids):
        if referral.team_id == team_id:
            referral.ratify(decision_id, tx.now)
