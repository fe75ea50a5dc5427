"""Queries about whom the team knows of those who are referred or handed over."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlmodel import col

from services.caseload.domain.base import TRUSTED
from services.caseload.domain.client import Client, EpisodeOfCare, EpisodeStatus
from services.caseload.domain.match import Matched, PersonT, matched, matched_by_link
from services.caseload.domain.referral import Referral
from services.caseload.domain.referral_link import ReferralLink
from services.common.db import Transaction


async def match(tx: Transaction, team_id: UUID, people: Sequence[PersonT]) -> list[Matched[PersonT]]:
    """Each of them beside whom the team knows: two statements, however many they are."""
    numbers = [person.nhs_number for person in people if person.nhs_number is not None]
    names = [func.lower(person.family_name) for person in people]
    perhaps = or_(col(Client.nhs_number).in_(numbers), func.lower(col(Client.family_name)).in_(names))
    mine = select(Client).where(col(Client.team_id) == team_id, perhaps).order_by(col(Client.id))
    known: Sequence[Client] = await tx.all(mine)
    in_care = await _in_care_of(tx, [one.id for one in known])
    found = [matched(person, known, in_care) for person in people]
    shown = {one.known.id for one in found if one.known is not None}
    tx.leaves_out([one for one in known if one.id not in shown])
    return found


async def match_referral(tx: Transaction, referral: Referral) -> Matched[Referral]:
    """Whoever came by a client's own link is looked for there first."""
    if referral.referral_link_id is not None:
        link = col(ReferralLink.id) == referral.referral_link_id
        wanted = select(Client).join(ReferralLink, col(ReferralLink.client_id) == col(Client.id))
        for whose in await tx.all(wanted.where(link, col(Client.team_id) == referral.team_id)):
            return matched_by_link(referral, whose, await _in_care_of(tx, [whose.id]))
    return (await match(tx, referral.team_id, [referral]))[0]


async def _in_care_of(tx: Transaction, client_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Which of these clients have an episode of care that has not ended."""
    client = col(EpisodeOfCare.client_id)
    wanted = select(client).where(client.in_(client_ids), col(EpisodeOfCare.status) != EpisodeStatus.FINISHED)
    return frozenset(await tx.all(wanted))


async def is_anothers(tx: Transaction, client: Client) -> bool:
    """Whether another client of the team's stands behind the number that this one is to have."""
    others = (col(Client.team_id) == client.team_id) & (col(Client.id) != client.id)
    same = others & (col(Client.nhs_number) == client.nhs_number) & col(Client.nhs_number_status).in_(TRUSTED)
    return bool(await tx.all(select(col(Client.id)).where(same).limit(1)))
