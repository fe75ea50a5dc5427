"""What is driven for a visit is fixed when the visit is done: it is paid for later, whatever a map says then."""

from uuid import UUID

from services.common.db import Transaction
from services.common.types import day_in_england
from services.roster.domain.base import Channel
from services.roster.domain.visit import Visit
from services.roster.domain.way import DrivenLeg, Leg, Made
from services.roster.store import driving
from services.roster.usecases.travelling.ways import Ways, ways_of


async def fix_drive(tx: Transaction, visit: Visit) -> None:
    """Keep the way to this visit and back, of each who made it; and to the next one, if that was done before."""
    if visit.channel != Channel.IN_PERSON:
        return
    day = day_in_england(visit.starts_at)
    for person in visit.people():
        made = await driving.made_on(tx, visit.team_id, person, day)
        at = next(number for number, one in enumerate(made) if one.id == visit.id)
        near = made[max(at - 1, 0) : at + 2]
        clients = {one.client_id for one in near}
        ways = await ways_of(tx, team_id=visit.team_id, client_ids=clients, people={person}, on=day)
        legs = [_leg(tx, ways, person, made, number) for number in (at, at + 1) if number < len(made)]
        await driving.keep(tx, visit.team_id, legs)


def _leg(tx: Transaction, ways: Ways, person: UUID, made: list[Made], number: int) -> DrivenLeg:
    here, start = ways.of_client(made[number].client_id), ways.start_of(person)
    before = ways.of_client(made[number - 1].client_id) if number else start
    return DrivenLeg.fixed(made[number], person, _way(ways, before, here), _way(ways, here, start), ways.source, tx.now)


def _way(ways: Ways, one: int, other: int) -> Leg:
    if ways.nowhere in (one, other):
        return Leg(None, None)
    return Leg(round(ways.kilometres[one][other] * 1000), ways.minutes[one][other])
