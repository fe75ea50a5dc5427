"""A nurse has PDS asked whose an NHS number is, and says that it is the person's; caseload hears of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.common.auth import SYSTEM, Principal
from services.common.db import Database, Transaction, require_version
from services.common.errors import NotFound
from services.common.peers import InNameOf
from services.interop import clients
from services.interop.domain.record import Person
from services.interop.domain.trace import (
    Demographics,
    NewTrace,
    NotTraceable,
    PdsNotConnected,
    PdsUnavailable,
    Trace,
    TraceOutcome,
    Verdict,
    Whose,
    second_question,
    verdict_on,
)
from services.interop.events import NhsNumberTraced
from services.interop.partners.pds.client import NotSearchable, Pds, PdsAway, Question, TooManyMatches
from services.interop.store import partner_health

PARTNER = "pds"


@dataclass(frozen=True)
class Traced:
    """Whom it is about, and what PDS came to say."""

    whose: Whose
    verdict: Verdict


async def ask_pds(database: Database, actor: Principal, named: InNameOf, pds: Pds, new: NewTrace) -> Traced:
    """Before there is a transaction: who the person is, in the nurse's own name, and then PDS.

    Raises `NotFound`, `PdsNotConnected`, `NotTraceable` or `PdsUnavailable`.
    """
    if not pds.is_connected:
        raise PdsNotConnected
    whose = await _whose(named, new)
    async with database.transaction(actor) as tx:
        if whose.team_id not in await tx.teams():
            raise NotFound(_what(new))
    try:
        verdict = await _verdict(pds, whose.person, new.id)
    except PdsAway as away:
        async with database.transaction(SYSTEM) as tx:
            (await partner_health.of(tx, PARTNER)).failed(away.code, tx.now)
        raise PdsUnavailable(away.seconds) from away
    except NotSearchable as error:
        raise NotTraceable from error
    async with database.transaction(SYSTEM) as tx:
        (await partner_health.of(tx, PARTNER)).answered(tx.now)
    return Traced(whose, verdict)


async def keep_trace(tx: Transaction, new: NewTrace, traced: Traced) -> dict[str, Any]:
    """What PDS said, beside what is held; a verdict that needs nobody's word is told at once."""
    await tx.require_team(traced.whose.team_id)
    trace = Trace.made(new.id, traced.whose, traced.verdict, tx.actor.employee_id, tx.now)
    tx.add(trace)
    await tx.session.flush()
    if not trace.waits:
        _tell(tx, trace)
    found = traced.verdict.found
    beside = {"gp_ods_code": found and found.gp_ods_code, "differences": traced.verdict.differences}
    return {"trace": trace, **beside}


async def read_trace(tx: Transaction, trace_id: UUID) -> Trace:
    """Raises `NotFound`."""
    return await tx.get(Trace, trace_id)


async def confirm_trace(tx: Transaction, trace_id: UUID, if_match: int) -> Trace:
    """The nurse compared: the number is the person's. Raises `NotFound`, `PreconditionFailed` or `NothingToConfirm`."""
    trace = await tx.get(Trace, trace_id, lock=True)
    require_version(trace, if_match)
    trace.confirm(tx.actor.employee_id, tx.now)
    _tell(tx, trace)
    await tx.session.flush()
    return trace


def _tell(tx: Transaction, trace: Trace) -> None:
    told = NhsNumberTraced(
        trace_id=trace.id,
        team_id=trace.team_id,
        referral_id=trace.referral_id,
        client_id=trace.client_id,
        outcome=trace.outcome,
        nhs_number_status=trace.nhs_number_status,
    )
    tx.publish(told, about=trace)


def _what(new: NewTrace) -> str:
    return "referral" if new.client_id is None else "client"


async def _whose(named: InNameOf, new: NewTrace) -> Whose:
    """Raises `NotFound`."""
    try:
        if new.referral_id is not None:
            referral = await clients.referral_in_name_of(named, new.referral_id)
            return Whose(referral, referral.team_id, referral.id, referral.client_id)
        client = (await clients.client_record_in_name_of(named, new.client_id or new.id)).client
        return Whose(client, client.team_id, None, client.id)
    except NotFound as error:
        raise NotFound(_what(new)) from error


async def _verdict(pds: Pds, person: Person, trace_id: UUID) -> Verdict:
    """By the number where there is one, and by the details where there is none or PDS does not know it."""
    if person.nhs_number is not None:
        found = await pds.read(person.nhs_number, Question(trace_id, trace_id))
        if found is not None or person.birth_on is None:
            return verdict_on(person, found, by_number=True)
    try:
        found = await _searched(pds, person, trace_id)
    except TooManyMatches:
        return Verdict(TraceOutcome.MANY_MATCHES, person.nhs_number)
    return verdict_on(person, found, by_number=False)


async def _searched(pds: Pds, person: Person, trace_id: UUID) -> Demographics | None:
    # To PDS an asterisk stands for any letters.
    family, given = (name.replace("*", "").strip() for name in (person.family_name, person.given_name))
    if person.birth_on is None or not family:
        raise NotSearchable
    details = {"family": family, "birthdate": f"eq{person.birth_on.isoformat()}"}
    more = {
        "given": given,
        "gender": "" if person.sex == "unknown" else person.sex,
        "address-postalcode": person.postcode or "",
    }
    asked = details | {name: value for name, value in more.items() if value}
    return await pds.trace(asked, Question(second_question(trace_id), trace_id))
