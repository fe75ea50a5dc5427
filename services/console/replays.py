"""Having events applied again where they are parked, or sent again by their owner, and counting them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.console.client import SERVICES, Away, Desks, Refused, ServiceName

PARKED, SENT, ON_ITS_WAY = "tried again", "sent again", "not sent yet"


@dataclass
class Done:
    """How many events of each service were tried or sent again, and what stood in the way of others."""

    counts: Counter[tuple[ServiceName, str]] = field(default_factory=Counter)
    away: dict[ServiceName, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def by_id(asked: Desks, ids: Iterable[str]) -> Done:
    """An id is a parked event's, or an event's: that is tried again wherever it is parked, and sent again."""
    done, parked, sent = Done(), _lots(), _lots()
    for one in ids:
        known = asked.get_everywhere(f"/events/{one}")
        done.away |= known.away
        if known.found:
            _sort_in(one, known.found, done, parked, sent)
        else:
            _try_again(asked, one, done)
    for service, lot in parked.items():
        if lot:
            answer = asked.post(service, "/parked-events/replay", {"event_ids": lot})
            done.counts[service, PARKED] += answer["replayed"]
    for service, lot in sent.items():
        if lot:
            answer = asked.post(service, "/events/replay", {"event_ids": lot})
            done.counts[service, SENT] += answer["replayed"]
    return done


def _lots() -> dict[ServiceName, list[str]]:
    return {service: [] for service in SERVICES}


def _sort_in(
    event_id: str,
    found: dict[ServiceName, Any],
    done: Done,
    parked: dict[ServiceName, list[str]],
    sent: dict[ServiceName, list[str]],
) -> None:
    """Who has to do something about this event."""
    holders = [name for name, part in found.items() if any(mark["state"] != "applied" for mark in part["marks"])]
    owners = {name: part["written"] for name, part in found.items() if part["written"] is not None}
    for holder in holders:
        parked[holder].append(event_id)
    for name, written in owners.items():
        if written["sent_at"] is None:
            done.counts[name, ON_ITS_WAY] += 1
        else:
            sent[name].append(event_id)
    if not holders and not owners:
        done.unknown.append(event_id)


def _try_again(asked: Desks, parked_id: str, done: Done) -> None:
    tried = asked.post_everywhere(f"/parked-events/{parked_id}/replay")
    done.away |= tried.away
    for service, answer in tried.found.items():
        done.counts[service, PARKED] += answer["replayed"]
    if not tried.found:
        done.unknown.append(parked_id)


def dead_letters(asked: Desks, services: Sequence[ServiceName], event_type: str | None) -> Done:
    """All dead letters of these services."""
    body = {"state": "dead"} | ({"type": event_type} if event_type else {})
    tried = asked.post_everywhere("/parked-events/replay", body, services)
    counts = {(service, PARKED): answer["replayed"] for service, answer in tried.found.items()}
    return Done(Counter(counts), tried.away)


def period(asked: Desks, services: Sequence[ServiceName], **period: str | None) -> Done:
    """All that left these services in the period. It is asked for part by part, up to the same end."""
    done = Done()
    for service in services:
        body = {name: value for name, value in period.items() if value is not None}
        more = True
        try:
            while more:
                answer = asked.post(service, "/events/replay", body)
                done.counts[service, SENT] += answer["replayed"]
                more, body = answer["more"], {**body, "to_at": answer["to_at"]}
        except Away as error:
            done.away[service] = str(error)
    return done


def owner_of(event_type: str) -> Sequence[ServiceName]:
    """The one service that sends events of this type; all, for it to be refused, where the name is no event's."""
    return [service for service in SERVICES if event_type.startswith(f"{service}.")] or SERVICES


def rebuilt(asked: Desks, service: ServiceName, cursor: str | None) -> Iterator[dict[str, Any]]:
    """Each page that was applied. Raises `Refused` with the place to go on from."""
    applied = 0
    while True:
        try:
            page = asked.post(service, "/read-models/rebuild", {} if cursor is None else {"cursor": cursor})
        except Refused as error:
            raise Refused(f"{error}; go on with --cursor {cursor}" if applied and cursor else str(error)) from error
        applied, cursor = applied + page["applied"], page["next_cursor"]
        yield {"service": service, "applied": page["applied"], "in_all": applied, "next_cursor": cursor}
        if cursor is None:
            return
