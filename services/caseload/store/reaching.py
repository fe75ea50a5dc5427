"""What is counted of whom a team reaches and what became of them, and what a client's story is made of."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, func, or_, select
from sqlmodel import col

from services.caseload.domain.at_home import Discharged, HospitalDischarge
from services.caseload.domain.care_contact import CareContact
from services.caseload.domain.case_study import Happened
from services.caseload.domain.client import Client, EpisodeOfCare
from services.caseload.domain.network import NetworkPerson
from services.caseload.domain.omaha import ClientProblem, OmahaRating
from services.caseload.domain.patch import Patch, Resident
from services.caseload.domain.reach import Referred
from services.caseload.domain.referral import Referral, ReferralStatus
from services.caseload.domain.wound import Wound, WoundMeasurement
from services.common.db import Transaction
from services.common.types import midnight_in_england


async def discharges(tx: Transaction, team_id: UUID, first: date, last: date, until: datetime) -> list[Discharged]:
    """The team's discharges from hospital between these days, with what the measure asks, as written by `until`."""
    columns = (col(HospitalDischarge.client_id), col(HospitalDischarge.discharged_on), col(Client.birth_on))
    found = case((col(HospitalDischarge.changed_at) <= until, col(HospitalDischarge.found)))
    wanted = select(*columns, found).join(Client, col(Client.id) == col(HospitalDischarge.client_id))
    mine = (
        col(HospitalDischarge.team_id) == team_id,
        col(HospitalDischarge.discharged_on).between(first, last),
        col(HospitalDischarge.recorded_at) <= until,
    )
    return [Discharged(*row) for row in await tx.rows(wanted.where(*mine))]


def discharged_between(team_id: UUID, first: date, last: date) -> Select[Any]:
    """The discharges that the same is made of, for the team itself."""
    mine = col(HospitalDischarge.team_id) == team_id, col(HospitalDischarge.discharged_on).between(first, last)
    return select(HospitalDischarge).where(*mine)


async def names_of(tx: Transaction, client_ids: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    """What these clients are called."""
    columns = col(Client.id), col(Client.given_name), col(Client.family_name)
    found = await tx.rows(select(*columns).where(col(Client.id).in_(list(client_ids))))
    return {client_id: {"given_name": given, "family_name": family} for client_id, given, family in found}


async def referred(tx: Transaction, team_id: UUID, first: date, last: date, until: datetime) -> list[Referred]:
    """The referrals received between these days, with the first contact that came of each and was written by then."""
    seen = (
        select(col(CareContact.referral_id), func.min(col(CareContact.started_at)).label("first_seen_at"))
        .where(
            col(CareContact.team_id) == team_id,
            col(CareContact.started_at) <= until,
            col(CareContact.changed_at) <= until,
        )
        .group_by(col(CareContact.referral_id))
        .subquery()
    )
    person = (col(Referral.postcode), col(Referral.birth_on), col(Referral.sex), col(Referral.received_at))
    offered = and_(col(Referral.status) == ReferralStatus.ACCEPTED, col(Referral.decided_at) <= until)
    wanted = (
        select(col(Referral.id), *person, offered, seen.c.first_seen_at)
        .outerjoin(seen, seen.c.referral_id == col(Referral.id))
        .where(
            col(Referral.team_id) == team_id,
            col(Referral.received_at) >= midnight_in_england(first),
            col(Referral.received_at) < midnight_in_england(last + timedelta(days=1)),
        )
    )
    return [Referred(*row) for row in await tx.rows(wanted)]


async def patches(tx: Transaction, team_id: UUID) -> Sequence[Patch]:
    return await tx.all(select(Patch).where(col(Patch.team_id) == team_id).order_by(col(Patch.id)))


async def residents(tx: Transaction, team_id: UUID, day: date) -> list[Resident]:
    """Everybody in the team's care at the end of a day, once, with where they live."""
    in_care = select(col(EpisodeOfCare.client_id)).where(
        col(EpisodeOfCare.team_id) == team_id,
        col(EpisodeOfCare.opened_on) <= day,
        or_(col(EpisodeOfCare.ended_on).is_(None), col(EpisodeOfCare.ended_on) > day),
    )
    columns = (col(Client.id), col(Client.address_line), col(Client.postcode), col(Client.birth_on))
    wanted = select(*columns).where(col(Client.id).in_(in_care))
    return [Resident(*row) for row in await tx.rows(wanted)]


async def names_around(tx: Transaction, client_id: UUID) -> Sequence[str]:
    return await tx.all(select(col(NetworkPerson.name)).where(col(NetworkPerson.client_id) == client_id))


async def course(tx: Transaction, client_id: UUID) -> list[Happened]:
    """All that a story is made of: referrals, episodes, ratings, contacts and wounds, as codes and numbers."""
    referrals = select(col(Referral.received_at), col(Referral.source)).where(col(Referral.client_id) == client_id)
    episodes = (
        select(col(Referral.decided_at), col(EpisodeOfCare.pathway))
        .join(Referral, col(Referral.id) == col(EpisodeOfCare.referral_id))
        .where(col(EpisodeOfCare.client_id) == client_id)
    )
    scores = (col(OmahaRating.knowledge), col(OmahaRating.behavior), col(OmahaRating.status))
    ratings = (
        select(col(OmahaRating.rated_at), col(ClientProblem.code), *scores)
        .join(ClientProblem, col(ClientProblem.id) == col(OmahaRating.problem_id))
        .where(col(ClientProblem.client_id) == client_id)
    )
    contacts = select(col(CareContact.started_at), col(CareContact.channel), col(CareContact.minutes)).where(
        col(CareContact.client_id) == client_id
    )
    wounds = (
        select(col(WoundMeasurement.measured_at), col(WoundMeasurement.area_mm2))
        .join(Wound, col(Wound.id) == col(WoundMeasurement.wound_id))
        .where(col(Wound.client_id) == client_id)
    )
    return [
        *(Happened(at, "referred", source) for at, source in await tx.rows(referrals)),
        *(Happened(at, "taken_on", pathway) for at, pathway in await tx.rows(episodes)),
        *(Happened(at, "rated", code, tuple(rest)) for at, code, *rest in await tx.rows(ratings)),
        *(Happened(at, "contacts", channel, (minutes,)) for at, channel, minutes in await tx.rows(contacts)),
        *(Happened(at, "wound_mm2", "", (area,)) for at, area in await tx.rows(wounds)),
    ]


async def waiting_on(tx: Transaction, client_id: UUID, day: date) -> Sequence[HospitalDischarge]:
    """Discharges from hospital before this day, of which it was still to be asked where the client is."""
    mine = col(HospitalDischarge.client_id) == client_id, col(HospitalDischarge.discharged_on) <= day
    return await tx.all(select(HospitalDischarge).where(*mine, col(HospitalDischarge.due_on) >= day).with_for_update())
