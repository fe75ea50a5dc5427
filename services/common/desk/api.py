"""The ops desk over HTTP: the same routes at every service, for operators; the log for the other services."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import Field, model_validator

from services.common.access import Requires
from services.common.auth import Persona
from services.common.broker import Broker
from services.common.db import Transaction
from services.common.desk import parked, paths, rebuild, replay, standing
from services.common.desk.shapes import (
    EventPath,
    LogPage,
    ParkedEventShape,
    Rebuilt,
    Replayed,
    ServiceStanding,
    WrittenList,
)
from services.common.errors import Unprocessable
from services.common.events import NAME
from services.common.history import KEEP_APPLIED
from services.common.http import IfMatch, api_router
from services.common.inbox import Consumer
from services.common.paging import Asked, Page
from services.common.peers import Peers
from services.common.types import InDigits, Input, Instant

router = api_router(tags=["events"])
# No row of the gateway's table leads here: it is between the services.
inside = api_router(prefix="/inside", tags=["events"])
ByOps = Annotated[Transaction, Depends(Requires(Persona.OPS))]
ByService = Annotated[Transaction, Depends(Requires(Persona.SERVICE))]
EventName = Annotated[str, Field(pattern=NAME, max_length=120)]
QueueName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]*$", max_length=160)]
EventIds = Annotated[list[UUID], Field(min_length=1, max_length=500)]
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Desk:
    """What the desk of one running service works with."""

    service: str
    broker: Broker
    consumers: Mapping[str, Consumer]
    peers: Peers


class ParkedFilter(Input):
    """Which parked events; all of them, unless something is said."""

    state: Annotated[str, Field(pattern="^(waiting|dead)$")] | None = None
    consumer: QueueName | None = None
    type: EventName | None = None
    from_at: Instant | None = None
    event_ids: EventIds | None = None

    def which(self) -> parked.Which:
        return parked.Which(self.state, self.consumer, self.type, self.from_at, self.event_ids)


class WhatToReplay(Input):
    """Either some events by their ids, or all that left in a period, of one type where it is named."""

    event_ids: EventIds | None = None
    from_at: Instant | None = None
    to_at: Instant | None = None
    type: EventName | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "WhatToReplay":
        if (self.event_ids is None) == (self.from_at is None):
            raise ValueError("needs either event_ids or from_at")
        if self.event_ids is not None and (self.to_at is not None or self.type is not None):
            raise ValueError("to_at and type go with from_at, not with event_ids")
        return self


class WhereToGoOn(Input):
    cursor: Annotated[str, Field(max_length=40)] | None = None


class NothingAskedFor(Unprocessable):
    """Events are looked for by their trace, by their cause or by what they are about."""

    field = "/query/trace_id"
    way_out = "Send one of trace_id, caused_by and subject_id."

    def __init__(self) -> None:
        super().__init__("Either a trace, a cause or a subject is needed, and one only.")


@router.get("/events/standing", response_model=ServiceStanding)
async def how_events_stand(tx: ByOps, request: Request) -> object:
    """What waits to leave and for how long, how full each queue is, and what could not be applied."""
    desk: Desk = request.app.state.desk
    taken = {queue: one.subscription.event_names for queue, one in desk.consumers.items()}
    # Asked before the database, so that none of its connections is held meanwhile.
    queues = await standing.queues(desk.broker, taken)
    return {"service": desk.service, **vars(await standing.standing(tx)), "queues": queues}


@router.get("/events/{event_id}", response_model=EventPath)
async def path_of_event(tx: ByOps, event_id: UUID, request: Request) -> object:
    """This service's part of an event's way: written, sent, and what each consumer here made of it. No payload."""
    desk: Desk = request.app.state.desk
    own, heard = await paths.path(tx, event_id)
    return {"service": desk.service, "written": own, "marks": heard, "marks_from": tx.now - KEEP_APPLIED}


# Not `/events`: at interop that is the feed for integrators.
@router.get("/written-events", response_model=WrittenList)
async def find_events(
    tx: ByOps,
    trace_id: Annotated[str | None, Query(pattern="^[0-9a-f]{32}$")] = None,
    caused_by: UUID | None = None,
    subject_id: UUID | None = None,
    from_at: Instant | None = None,
    limit: Annotated[int, Query(ge=1, le=200), InDigits] = 100,
) -> object:
    """What this service wrote under a trace, within a day from `from_at` on; as part of an event's effect; or about a
    thing. In the order of writing."""
    if [trace_id, caused_by, subject_id].count(None) != 2:
        raise NothingAskedFor
    if caused_by is not None:
        return {"items": await paths.caused_by(tx, caused_by, limit)}
    if subject_id is not None:
        return {"items": await paths.about(tx, subject_id, limit)}
    # Ids that were made many at once run ahead of the clock.
    start, period = (from_at, A_DAY) if from_at else (tx.now - A_DAY, 2 * A_DAY)
    return {"items": await paths.of_trace(tx, str(trace_id), start, period, limit)}


@router.post("/events/replay", response_model=Replayed)
async def replay_events(tx: ByOps, body: WhatToReplay) -> object:
    """Send events of this service again. Whoever has applied one already does nothing."""
    if body.event_ids is not None:
        return {"replayed": await replay.replay_events(tx, body.event_ids), "more": False}
    assert body.from_at is not None  # noqa: S101  one of both is there
    return await replay.replay_period(tx, from_at=body.from_at, to_at=body.to_at, event_name=body.type)


@router.get("/parked-events", response_model=Page[ParkedEventShape])
async def list_parked_events(
    tx: ByOps,
    page: Asked,
    state: Annotated[str | None, Query(pattern="^(waiting|dead)$")] = None,
    consumer: Annotated[QueueName | None, Query()] = None,
) -> object:
    """What could not be applied, with its reason: waiting for its next try, or dead. Values are masked."""
    return await parked.listed(tx, parked.Which(state, consumer), page)


@router.post("/parked-events/replay", response_model=Replayed)
async def replay_parked_events(tx: ByOps, body: ParkedFilter, request: Request) -> object:
    """Try all of these again now, with effect once."""
    desk: Desk = request.app.state.desk
    return {"replayed": await parked.replay_many(tx, body.which(), desk.consumers), "more": False}


@router.post("/parked-events/{parked_id}/replay", status_code=202, response_model=Replayed)
async def replay_parked_event(tx: ByOps, parked_id: UUID, request: Request) -> object:
    """Try this one again now, with effect once."""
    desk: Desk = request.app.state.desk
    await parked.replay(tx, parked_id, desk.consumers)
    return {"replayed": 1, "more": False}


@router.get("/parked-events/{parked_id}", response_model=ParkedEventShape)
async def read_parked_event(tx: ByOps, parked_id: UUID, response: Response) -> object:
    """One that could not be applied, with its reason. Values are masked."""
    found = await parked.read(tx, parked_id)
    response.headers["ETag"] = f'"{found.attempts}"'
    return found


@router.delete("/parked-events/{parked_id}", status_code=204)
async def discard_parked_event(tx: ByOps, parked_id: UUID, version: IfMatch) -> None:
    """Give this one up for good, as it was last read. That it was, and by whom, is in the log."""
    await parked.discard(tx, parked_id, version)


@inside.get("/event-log", response_model=LogPage)
async def read_log(
    tx: ByService,
    types: Annotated[str, Query(max_length=2000, pattern=r"^[a-z0-9_.,]+$")],
    after: Annotated[int, Query(ge=0, lt=rebuild.AFTER_ALL), InDigits] = 0,
    limit: Annotated[int, Query(ge=1, le=rebuild.PAGE), InDigits] = 100,
) -> object:
    """What this service has told, for another that makes its copy of it again."""
    return {"items": await rebuild.log_page(tx, types.split(","), after, limit)}


@router.post("/read-models/rebuild", response_model=Rebuilt)
async def rebuild_read_models(tx: ByOps, body: WhereToGoOn, request: Request) -> object:
    """Make the copies of what the owners tell again, a page at a time: go on with `next_cursor` until there is none."""
    desk: Desk = request.app.state.desk
    return await rebuild.rebuild_page(desk.consumers, desk.peers, request.app.state.database, body.cursor)
