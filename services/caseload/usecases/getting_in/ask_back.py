"""The thread on a referral: a question to the referrer and the answer, in place."""

from collections.abc import Sequence
from uuid import UUID

from services.caseload.domain.referral import Referral
from services.caseload.domain.referral_question import NewQuestion, ReferralQuestion, Reply
from services.caseload.store import referrals
from services.common.db import Transaction, require_version
from services.common.errors import NotFound

Thread = tuple[Referral, Sequence[ReferralQuestion]]


async def ask_referrer(tx: Transaction, referral_id: UUID, new: NewQuestion, if_match: int) -> Thread:
    """Ask the referrer; the referral needs information until they answer. Raises `ReferralAlreadyDecided`."""
    referral = await tx.get(Referral, referral_id, lock=True)
    require_version(referral, if_match)
    referral.wait_for_answer(tx.now)
    tx.add(ReferralQuestion.about(referral, new, tx.actor.employee_id, tx.now))
    await tx.session.flush()
    return referral, await referrals.questions(tx, referral)


async def record_reply(tx: Transaction, referral_id: UUID, reply: Reply, if_match: int) -> Thread:
    """Write down what the referrer answered, however it came.

    Raises `ReferralAlreadyDecided`, `NotFound` or `QuestionAlreadyAnswered`.
    """
    referral = await tx.get(Referral, referral_id, lock=True)
    require_version(referral, if_match)
    asked = await referrals.questions(tx, referral)
    question = next((one for one in asked if one.id == reply.question_id), None)
    if question is None:
        raise NotFound("referral_question")
    question.answered(reply, tx.actor.employee_id)
    referral.go_on(is_waiting=any(one.answer is None for one in asked), now=tx.now)
    await tx.session.flush()
    return referral, asked


async def read_thread(tx: Transaction, referral_id: UUID) -> Thread:
    referral = await tx.get(Referral, referral_id)
    return referral, await referrals.questions(tx, referral)
