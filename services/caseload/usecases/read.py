"""Reading: lists, one client's whole record, and the team's figures."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.caseload.clients import Elsewhere
from services.caseload.domain import answer_time, not_taken, pathway_mix
from services.caseload.domain.answer_time import AnswerTime
from services.caseload.domain.client import Client
from services.caseload.domain.one_time_link import BY_LINK
from services.caseload.domain.outcome import clients_of, outcomes, paired
from services.caseload.domain.referral import Referral
from services.caseload.domain.rule import RuleCode
from services.caseload.store import episodes, links, records, referrals, whole_record
from services.common.audit.purpose import Purpose
from services.common.audit.report import Access, Part, Period, accesses, accesses_at, before
from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.figures import hidden, require_period, standing_day
from services.common.paging import PageRequest
from services.common.peers import Peers
from services.common.reach import reads
from services.common.rulebook import amounts, require_fixed_period, smallest_cell
from services.common.written_pages import written_page


async def list_referrals(
    tx: Transaction, request: PageRequest, shape: type[BaseModel], *, team_id: UUID | None, status: str | None
) -> str:
    """A page of referrals as JSON."""
    return await written_page(tx, Referral, shape, {"team_id": team_id, "status": status}, request)


async def read_referral(tx: Transaction, referral_id: UUID) -> Referral:
    return await tx.get(Referral, referral_id)


async def list_clients(tx: Transaction, request: PageRequest, shape: type[BaseModel], *, team_id: UUID | None) -> str:
    """A page of clients as JSON."""
    return await written_page(tx, Client, shape, {"team_id": team_id}, request)


async def search_client(tx: Transaction, nhs_number: str) -> Client:
    """The team's client with this NHS number; its status says whether the number can be believed. Raises `NotFound`.

    The number travels in a body, never in a URL.
    """
    found = await records.client_with_number(tx, nhs_number)
    if not found:
        raise NotFound("client")
    return found[0]


async def client_record(tx: Transaction, client_id: UUID, shape: type[BaseModel]) -> Any:
    """The whole record in one call, with who wrote what: its `document`, and the client's `version`.

    Raises `NotFound`.
    """
    found = await whole_record.of_client(tx, client_id, shape)
    if found is None:
        raise NotFound("client")
    reads(tx, client_id, found.team_id)
    return found


async def access_report(tx: Transaction, client_id: UUID, request: PageRequest, period: Period) -> Part:
    """Who read or changed the record, for the client who asks. Raises `NotFound` or `BadCursor`."""
    await tx.get(Client, client_id)
    tx.serves(Purpose.PATIENT_REQUEST)
    part = await accesses(tx, client_id, request.limit, before(request), period)
    named = await links.organisations(tx, [UUID(one) for one in map(_link_of, part.items) if one])
    return Part([_with_organisation(item, named) for item in part.items], part.next_before)


def _link_of(item: Access) -> str | None:
    system = item.system or ""
    return system.removeprefix(BY_LINK) if system.startswith(BY_LINK) else None


def _with_organisation(item: Access, named: Mapping[UUID, str]) -> Access:
    """Whoever came by a link is shown by the name of the service that it was given to."""
    link = _link_of(item)
    return item if link is None else replace(item, system=f"{BY_LINK}{named.get(UUID(link), link)}")


async def access_report_elsewhere(
    tx: Transaction, peers: Peers, service: Elsewhere, client_id: UUID, request: PageRequest, period: Period
) -> Part:
    """The same, of what another service holds. It is asked before the database, and in vain where the client is not
    the caller's. Raises `NotFound` or `BadCursor`."""
    told = await accesses_at(peers, service, client_id, request.limit, before(request), period)
    await tx.get(Client, client_id)
    tx.serves(Purpose.PATIENT_REQUEST)
    return told


async def outcomes_of_team(tx: Transaction, team_id: UUID, as_of: date | None) -> dict[str, Any]:
    """Omaha outcomes in all and by problem. Outside the team a problem of few clients is left out.

    The sum is left out as well where taking the shown problems from it would leave few clients. Raises `NotAMonthsEnd`.
    """
    await tx.require_team(team_id)
    smallest, inside = await smallest_cell(tx), tx.actor.is_team_bound
    day = standing_day(as_of, tx.today, outside=not inside)
    by_problem = paired(await records.rated_problems(tx, team_id, until=day))
    shown = {code: pairs for code, pairs in by_problem.items() if clients_of(pairs) >= smallest}
    everything = [pair for pairs in by_problem.values() for pair in pairs]
    rest = [pair for code, pairs in by_problem.items() if code not in shown for pair in pairs]
    tells_nobody = clients_of(everything) >= smallest and (not rest or clients_of(rest) >= smallest)
    return {
        "as_of": day,
        "all": outcomes(everything, with_directions=inside) if everything and tells_nobody else [],
        "by_problem": {code: outcomes(pairs, with_directions=inside) for code, pairs in sorted(shown.items())},
        "hidden_problems": len(by_problem) - len(shown),
    }


async def review_figures(tx: Transaction, team_id: UUID, first: date, last: date) -> dict[str, Any]:
    """The King's Fund review's own three measures, and minutes by type, week and client. Raises `PeriodReversed`."""
    await tx.require_team(team_id)
    require_period(first, last)
    minutes = await records.minutes_by_type(tx, team_id, first, last)
    tx.concerns(*(row.client_id for row in minutes))
    return {
        "referrals_by_source": await records.referrals_by_source(tx, team_id, first, last),
        "contacts_by_channel": await records.contacts_by_channel(tx, team_id, first, last),
        "minutes_by_type": minutes,
    }


async def not_taken_summary(tx: Transaction, team_id: UUID, first: date, last: date) -> dict[str, Any]:
    """Of the referrals received in these days those not taken on, by reason, area and need.

    Outside the team it is one month, and what stands on few is left out. Raises `PeriodReversed` or `NotAWholeMonth`.
    """
    await tx.require_team(team_id)
    require_period(first, last)
    require_fixed_period(tx, first, last)
    found = not_taken.cells(await referrals.outcomes(tx, team_id, first, last))
    away = frozenset() if tx.actor.is_team_bound else hidden(found, not_taken.LAYOUT, await smallest_cell(tx))
    return {
        "team_id": team_id,
        "from_on": first,
        "to_on": last,
        "not_taken": None if "not_taken" in away else found["not_taken"].amount,
        "by_reason": not_taken.shown(found, not_taken.REASON, away),
        "by_area": not_taken.shown(found, not_taken.AREA, away),
        "by_need": not_taken.shown(found, not_taken.NEED, away),
    }


async def answer_times(tx: Transaction, team_id: UUID, first: date, last: date) -> list[AnswerTime]:
    """How long those who referred in these days waited, by the rule of the last of them.

    Raises `NotFound`, `PeriodReversed` or `NoRuleInForce`.
    """
    await tx.require_team(team_id)
    require_period(first, last)
    (most,) = await amounts(tx, last, RuleCode.ANSWER_WORKING_DAYS)
    return answer_time.by_source(await referrals.answers(tx, team_id, first, last), most)


async def pathway_summary(tx: Transaction, team_id: UUID, first: date, last: date) -> dict[str, Any]:
    """The mix of pathways, month by month until today.

    Outside the team it is one month, and what stands on few is left out. Raises `PeriodReversed` or `NotAWholeMonth`.
    """
    await tx.require_team(team_id)
    require_period(first, last)
    require_fixed_period(tx, first, last)
    courses = await episodes.courses(tx, team_id, first, last)
    began = max(first, min((one.opened_on for one in courses), default=last).replace(day=1))
    months = pathway_mix.months(courses, began, min(last, tx.today), await smallest_cell(tx))
    return {"team_id": team_id, "months": months}
