"""What whoever has no login does by a link: accept a handover, look, write back; open a summary; give feedback."""

from typing import Any

from services.caseload.domain.feedback import AnsweredByLink, FeedbackAsked
from services.caseload.domain.handover import Handover, HandoverNote, NewHandoverNote
from services.caseload.domain.one_time_link import BY_LINK, LinkEnded, LinkUnknown, Opening, Pass
from services.caseload.domain.plan_copy import PlanCopy, PlanCopyShare
from services.caseload.domain.rule import RuleCode
from services.caseload.domain.summary_share import SummaryShare
from services.caseload.store import links, plan_copies, summaries
from services.caseload.usecases import hand_over
from services.common.audit.purpose import Purpose
from services.common.auth import Persona, Principal
from services.common.db import Transaction
from services.common.rulebook import amounts


class LinkHolder(Principal):
    """Who comes by a link: of an outside service, in no team, signed in nowhere."""

    @property
    def is_team_bound(self) -> bool:
        return True


# With a space in it, which no sign-in has: nobody else is ever named so.
SOMEBODY = LinkHolder("by link", Persona.SERVICE)


async def accept_handover(tx: Transaction, link: str, opening: Opening) -> tuple[Handover, str, dict[str, Any]]:
    """The other side accepts, once, and is shown the client, with the pass to go on with.

    Raises `LinkUnknown`, `LinkEnded`, `LinkUsed` or `LinkSpent`; and `WrongCode`, which is to be answered and not to be
    raised further, so that the attempt is kept.
    """
    handover = await _handover(tx, link)
    is_news = handover.taken_at is None
    given = handover.accept(link, opening, await _most_wrong(tx), tx.now)
    if is_news:
        hand_over.tell_of_acceptance(tx, handover)
    await tx.session.flush()
    return handover, given, await _shown(tx, handover)


async def look_at_handover(tx: Transaction, link: str, shown: Pass) -> tuple[Handover, dict[str, Any]]:
    """Look again, until the handover ends. Raises `LinkUnknown`, `LinkEnded` or `WrongPass`."""
    handover = await _passed(tx, link, shown)
    return handover, await _shown(tx, handover)


async def write_back(tx: Transaction, link: str, new: NewHandoverNote) -> HandoverNote:
    """The other side tells what it saw and did. Raises `LinkUnknown`, `LinkEnded` or `WrongPass`."""
    handover = await _passed(tx, link, new)
    note = HandoverNote.on(handover, new, tx.now)
    tx.add(note)
    await tx.session.flush()
    return note


async def finish_handover(tx: Transaction, link: str, shown: Pass) -> Handover:
    """The other side's part is done, and the link ends. Raises `LinkUnknown`, `LinkEnded` or `WrongPass`."""
    handover = await _passed(tx, link, shown)
    hand_over.end(tx, handover)
    await tx.session.flush()
    return handover


async def open_summary(tx: Transaction, link: str, opening: Opening) -> tuple[SummaryShare, dict[str, Any]]:
    """A professional opens what a client shares, once.

    Raises `LinkUnknown`, `LinkEnded`, `LinkUsed` or `LinkSpent`; and `WrongCode`, as for a handover.
    """
    share: SummaryShare = await found_by(tx, SummaryShare, link)
    share.require_open(tx.now)
    share.unlock(link, opening, await _most_wrong(tx), tx.now)
    share.changed_at = tx.now
    await tx.session.flush()
    return share, await _shown(tx, share)


async def answer_feedback_by_link(tx: Transaction, link: str, answer: AnsweredByLink) -> FeedbackAsked:
    """A client or a carer who was drawn says how the care was, once.

    Raises `LinkUnknown`, `LinkEnded`, `LinkUsed` or `LinkSpent`; and `WrongCode`, as for a handover.
    """
    asked: FeedbackAsked = await found_by(tx, FeedbackAsked, link)
    asked.answer_by_link(link, answer, await _most_wrong(tx), tx.now)
    await tx.session.flush()
    return asked


async def open_plan_copy(tx: Transaction, link: str, opening: Opening) -> tuple[PlanCopy, str]:
    """A client, or a carer whom they let see it, opens their plan, once, and is given the pass to look again.

    Raises `LinkUnknown`, `LinkEnded`, `LinkUsed` or `LinkSpent`; and `WrongCode`, as for a handover.
    """
    share = await _plan_copy(tx, link)
    given = share.unlock(link, opening, await _most_wrong(tx), tx.now)
    share.changed_at = tx.now
    await tx.session.flush()
    return await _copied(tx, share), given


async def look_at_plan_copy(tx: Transaction, link: str, shown: Pass) -> PlanCopy:
    """Look at the plan and the next visits as they are now. Raises `LinkUnknown`, `LinkEnded` or `WrongPass`."""
    share = await _plan_copy(tx, link)
    share.require_pass(shown.pass_key)
    return await _copied(tx, share)


async def _plan_copy(tx: Transaction, link: str) -> PlanCopyShare:
    share: PlanCopyShare = await found_by(tx, PlanCopyShare, link)
    tx.serves(Purpose.PATIENT_REQUEST)
    share.require_open(tx.now)
    return share


async def _copied(tx: Transaction, share: PlanCopyShare) -> PlanCopy:
    await tx.show(share.client_id)
    plan = await plan_copies.plan_in_force(tx, share.client_id)
    if plan is None:
        raise LinkEnded("The care has ended, or there is no plan to show any more.")
    return await plan_copies.copy_of(tx, plan, tx.now)


async def _passed(tx: Transaction, link: str, shown: Pass) -> Handover:
    handover = await _handover(tx, link)
    handover.require_pass(shown.pass_key)
    return handover


async def _handover(tx: Transaction, link: str) -> Handover:
    handover: Handover = await found_by(tx, Handover, link)
    handover.require_open(tx.now)
    return handover


async def found_by(tx: Transaction, model: Any, link: str, *, field: str = LinkUnknown.field) -> Any:
    """From here on it is on record by which link somebody asks. Raises `LinkUnknown`."""
    tx.serves(Purpose.TREATMENT)
    found = await links.by_link(tx, model, link)
    if found is None:
        raise LinkUnknown(field)
    tx.about(str(found.__tablename__), found.id)
    tx.asked_by(LinkHolder(f"{BY_LINK}{found.id}", Persona.SERVICE))
    return found


async def _most_wrong(tx: Transaction) -> int:
    (most_wrong,) = await amounts(tx, tx.today, RuleCode.LINK_TRIES)
    return most_wrong


async def _shown(tx: Transaction, linked: Handover | SummaryShare) -> dict[str, Any]:
    """The one client of this link, as the database shows them to nobody else without a team."""
    await tx.show(linked.client_id)
    return await summaries.summary_of(tx, linked.client_id)
