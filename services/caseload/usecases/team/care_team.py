"""The client's care team: handing on, the smaller group that looks after them, and a lead outside the team."""

from typing import Any
from uuid import UUID

from services.caseload.domain.care_team import CareTeamPeriod, Continuity, HandOn, HandOnReason, hand_on
from services.caseload.domain.client import Client, EpisodeOfCare
from services.caseload.domain.placement import InSubTeam, LedBy
from services.caseload.events import NamedNurseChanged
from services.caseload.store import around, care_teams
from services.common.db import Transaction
from services.common.membership import require_members


async def hand_client_on(tx: Transaction, episode_id: UUID, new: HandOn, if_match: int) -> EpisodeOfCare:
    """Another named nurse or another deputy, from today; who it was before is kept with the reason.

    Raises `EpisodeAlreadyEnded`, `SameCareTeam` or `NotInTheTeam`.
    """
    episode = await around.for_change(tx, EpisodeOfCare, episode_id, if_match)
    people = {"/body/named_nurse_id": new.named_nurse_id, "/body/deputy_id": new.deputy_id}
    await require_members(tx, episode.team_id, tx.today, people)
    before = await care_teams.period_now(tx, episode.id)
    if before is None:
        before = CareTeamPeriod.begun(episode, None, tx.now)
        tx.add(before)
    hand_on(episode, new, tx.now)
    if new.reason is HandOnReason.LEFT_TEAM:
        await _hand_tasks_on(tx, episode, {before.named_nurse_id, before.deputy_id})
    before.end(tx.today, tx.now)
    why = {"from_on": tx.today, "reason": new.reason, "words": new.words}
    tx.add(CareTeamPeriod.begun(episode, tx.actor.employee_id, tx.now, **why))
    changed = NamedNurseChanged(
        episode_of_care_id=episode.id,
        client_id=episode.client_id,
        team_id=episode.team_id,
        named_nurse_id=episode.named_nurse_id,
        deputy_id=episode.deputy_id,
        reason=new.reason,
        changed_on=tx.today,
    )
    tx.publish(changed, about=episode)
    await tx.session.flush()
    return episode


async def _hand_tasks_on(tx: Transaction, episode: EpisodeOfCare, before: set[UUID]) -> None:
    """What whoever left had still to do or to chase for this client is the named nurse's now."""
    gone = before - {episode.named_nurse_id, episode.deputy_id}
    tasks, tests = await care_teams.left_with(tx, episode.client_id, gone)
    for task in tasks:
        task.employee_id, task.changed_at = episode.named_nurse_id, tx.now
    for test in tests:
        test.chaser_id, test.changed_at = episode.named_nurse_id, tx.now


async def put_in_sub_team(tx: Transaction, episode_id: UUID, placed: InSubTeam, if_match: int) -> EpisodeOfCare:
    """The smaller group within the team that looks after the client. Raises `EpisodeAlreadyEnded`."""
    episode = await around.for_change(tx, EpisodeOfCare, episode_id, if_match)
    episode.require_open()
    episode.sub_team, episode.changed_at = placed.sub_team, tx.now
    await tx.session.flush()
    return episode


async def name_lead(tx: Transaction, episode_id: UUID, led: LedBy, if_match: int) -> EpisodeOfCare:
    """Somebody outside the team leads, or nobody does any more. Raises `EpisodeAlreadyEnded`."""
    episode = await around.for_change(tx, EpisodeOfCare, episode_id, if_match)
    episode.require_open()
    episode.led_by(led.lead)
    episode.changed_at = tx.now
    await tx.session.flush()
    return episode


async def read_care_team(tx: Transaction, client_id: UUID) -> dict[str, Any]:
    """Who is and was the client's named nurse and deputy, and how few faces the client saw. Raises `NotFound`."""
    client = await tx.get(Client, client_id)
    return {
        "client_id": client.id,
        "periods": await care_teams.periods(tx, client.id),
        "continuity": Continuity.of(await care_teams.contacts_by_person(tx, client.id)),
    }
