"""What roster keeps of what the others tell. Nothing here fails because another fact has not arrived."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.projections import keep_newest
from services.common.types import day_in_england
from services.roster.domain.known import EpisodeStanding, EpisodeStandingChange, RecordedContact
from services.roster.store import facts, places, visit_plans, visits
from services.roster.usecases.visit import cancelled, finish_visit


async def remember_care_contact(tx: Transaction, contact: dict[str, Any], activities: Sequence[dict[str, Any]]) -> None:
    """Somebody was with a client. The visit that the contact names is done, if roster knows it by now."""
    started_at, minutes, visit_id = contact["started_at"], contact["minutes"], contact["visit_id"]
    if visit_id is not None:
        await tx.take_turns(visit_id)
    values = {name: value for name, value in contact.items() if name != "started_at"}
    values |= {"contact_on": day_in_england(started_at), "done_at": started_at + timedelta(minutes=minutes)}
    if await keep_newest(tx, RecordedContact, values):
        await facts.keep_activities(tx, contact["care_contact_id"], activities)
    elif not await facts.is_newest(tx, contact["care_contact_id"], tx.event_version):
        return
    # A copy that is made again tells nobody that a visit took place; the event itself does, even if it comes after.
    if visit_id is not None and not tx.rebuilding:
        await _finish(tx, visit_id, RecordedContact(**values, version=tx.event_version))


async def _finish(tx: Transaction, visit_id: UUID, contact: RecordedContact) -> None:
    """The visit of this very team and client; a contact that names another's visit leaves it alone."""
    visit = await visits.visit_of(tx, visit_id, team_id=contact.team_id, client_id=contact.client_id)
    if visit is not None:
        await tx.take_turns(visit.client_id, *visit.people())
        await finish_visit(tx, visit, contact)


async def remember_standing(tx: Transaction, standing: dict[str, Any]) -> None:
    """Care is paused, goes on or has ended. Who is not in care is not visited, and what was planned is cancelled."""
    await keep_newest(tx, EpisodeStandingChange, standing)
    if not await keep_newest(tx, EpisodeStanding, standing) or tx.rebuilding or standing["status"] == facts.GOES_ON:
        return
    team_id, client_id = standing["team_id"], standing["client_id"]
    # Rows before turns, as everywhere; then those that somebody planned while this waited.
    await visits.visits_to_come(tx, team_id, client_id)
    await tx.take_turns(client_id)
    if await facts.is_in_care(tx, team_id, client_id):
        return
    has_ended = standing["status"] == facts.ENDED
    reason = "The client was discharged." if has_ended else "The client's care is paused."
    for visit in await visits.visits_to_come(tx, team_id, client_id):
        # Its series makes it anew if care goes on before that day.
        visit.leave_series()
        await cancelled(tx, visit, reason)
    if has_ended:
        await places.forget_client(tx, team_id, client_id)
        for plan in await visit_plans.standing_plans(tx, team_id, client_id, standing["since_on"]):
            plan.end(standing["since_on"], tx.now)
