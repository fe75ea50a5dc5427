"""Referrals: received, listed, accepted or not taken."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.caseload import usecases
from services.caseload.api.callers import ByNurseOrServiceReading
from services.caseload.api.shapes import EpisodeShape, KnownPerson, QuestionShape, ReferralShape
from services.caseload.domain.referral import Acceptance, NewReferral, ReferralStatus, Refusal
from services.caseload.domain.referral_question import NewQuestion, Reply
from services.caseload.usecases import getting_in
from services.common.http import ByNurse, IfMatch, api_router, etag, written
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["referrals"])


class Thread(Answer):
    """A referral with what was asked about it, and what was answered."""

    referral: ReferralShape
    questions: list[QuestionShape]


class MatchedReferral(Answer):
    """`match` is new, known, in_care or doubtful; a doubtful one is compared, and settled by `same_person`."""

    match: str
    known: KnownPerson | None


def _thread(found: getting_in.Thread, response: Response) -> dict[str, object]:
    referral, questions = found
    etag(response, referral)
    return {"referral": referral, "questions": questions}


@router.post("/referrals", status_code=201, response_model=ReferralShape)
async def receive_referral(tx: ByNurse, body: NewReferral) -> object:
    """Somebody refers a person to the team. No NHS number is normal."""
    return await getting_in.receive_referral(tx, body)


@router.get("/referrals", response_model=Page[ReferralShape])
async def list_referrals(
    tx: ByNurse, page: Asked, team_id: UUID | None = None, status: Annotated[ReferralStatus | None, Query()] = None
) -> object:
    """The referrals of the caller's teams."""
    return written(await usecases.list_referrals(tx, page, ReferralShape, team_id=team_id, status=status))


@router.get("/referrals/{referral_id}", response_model=ReferralShape)
async def read_referral(tx: ByNurseOrServiceReading, referral_id: UUID, response: Response) -> object:
    """One referral, with how it was decided."""
    referral = await usecases.read_referral(tx, referral_id)
    etag(response, referral)
    return referral


@router.get("/referrals/{referral_id}/match", response_model=MatchedReferral)
async def match_referral(tx: ByNurse, referral_id: UUID) -> object:
    """Whether the team knows this person, to be compared before they are taken on."""
    return await getting_in.match_referral(tx, referral_id)


@router.post("/referrals/{referral_id}/accept", status_code=201, response_model=EpisodeShape)
async def accept_referral(tx: ByNurse, referral_id: UUID, body: Acceptance, version: IfMatch) -> object:
    """Take the person on, with a named nurse and a deputy; an episode of care opens."""
    return await getting_in.accept_referral(tx, referral_id, body, version)


@router.post("/referrals/{referral_id}/not-take", response_model=ReferralShape)
async def not_take_referral(tx: ByNurse, referral_id: UUID, body: Refusal, version: IfMatch) -> object:
    """Do not take the person on: say why, and where they can turn."""
    return await getting_in.not_take_referral(tx, referral_id, body, version)


@router.post("/referrals/{referral_id}/ask", response_model=Thread)
async def ask_referrer(
    tx: ByNurse, referral_id: UUID, body: NewQuestion, version: IfMatch, response: Response
) -> object:
    """Ask the referrer something; the referral needs information until the answer is there."""
    return _thread(await getting_in.ask_referrer(tx, referral_id, body, version), response)


@router.post("/referrals/{referral_id}/reply", response_model=Thread)
async def record_reply(tx: ByNurse, referral_id: UUID, body: Reply, version: IfMatch, response: Response) -> object:
    """Write down what the referrer answered, by whichever way it came, and who answered."""
    return _thread(await getting_in.record_reply(tx, referral_id, body, version), response)


@router.get("/referrals/{referral_id}/thread", response_model=Thread)
async def read_thread(tx: ByNurse, referral_id: UUID, response: Response) -> object:
    """What was asked of the referrer and what they answered."""
    return _thread(await getting_in.read_thread(tx, referral_id), response)
