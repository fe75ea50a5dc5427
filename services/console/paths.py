"""The way of an event, put together from what each service knows of it: written, sent, applied, and what it caused."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import typer

from services.console.client import SERVICES, Desks, ServiceName, Unknown
from services.console.tables import clock, instant, length, ms_between

DEEPEST, MOST = 8, 100
MOST_ABOUT, MOST_AT_ONE = 50, 200


@dataclass(frozen=True)
class Hop:
    """One thing that happened to an event: it was sent, or a queue's consumer made something of it."""

    state: str
    queue: str | None = None
    at: datetime | None = None
    attempts: int = 0
    reason: str | None = None


@dataclass(frozen=True)
class Step:
    """One event with its hops, in a tree of causes. Who wrote it and when is unknown once its owner has purged it."""

    id: str
    depth: int
    owner: ServiceName | None
    written: dict[str, Any] | None
    hops: Sequence[Hop]

    @property
    def written_at(self) -> datetime | None:
        return instant(self.written["written_at"]) if self.written else None

    def ms_after(self, hop: Hop) -> float | None:
        """How long after it was written. By two clocks, where it was applied by another service."""
        start = self.written_at
        return None if start is None or hop.at is None else ms_between(start, hop.at)

    def as_json(self) -> dict[str, Any]:
        told = self.written or {}
        return {
            "id": self.id,
            "depth": self.depth,
            "service": self.owner,
            **{name: told.get(name) for name in ("type", "subject", "trace_id", "written_at", "sent_at")},
            "caused_by": told.get("causationid"),
            "hops": [
                {
                    "state": hop.state,
                    "queue": hop.queue,
                    "at": hop.at.isoformat() if hop.at else None,
                    "ms_after": self.ms_after(hop),
                    "attempts": hop.attempts,
                    "reason": hop.reason,
                }
                for hop in self.hops
            ],
        }


@dataclass
class Paths:
    """Looks for events, and keeps which services were away and what was left out."""

    asked: Desks
    away: dict[ServiceName, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def of(self, thing_id: str) -> Iterator[Step]:
        """The way of this event and of what it caused; or of each event about this thing, from its first cause on.

        Raises `Unknown`.
        """
        known = self._get(f"/events/{thing_id}")
        if known:
            yield from self._tree(thing_id, 0, known)
            return
        about = self._listed(SERVICES, MOST_ABOUT, subject_id=thing_id)
        if not about:
            raise Unknown(f"no service knows {thing_id}: it is unknown, or was purged{self._perhaps()}")
        for event in about:
            if event["id"] not in self._seen:
                yield from self._tree(self._first_cause(event), 0)
            if event["id"] not in self._seen:
                yield from self._tree(event["id"], 0)

    def of_trace(self, trace_id: str, since: str | None) -> Iterator[Step]:
        """All events of the trace by the time of their writing, one beside the other. Raises `Unknown`."""
        period = {} if since is None else {"from_at": since}
        events = self._listed(SERVICES, MOST_AT_ONE, trace_id=trace_id, **period)
        if not events:
            raise Unknown(
                f"nothing was written under {trace_id} within a day from --since on, or in the last day: "
                f"it is unknown, or was purged{self._perhaps()}"
            )
        self._leave_out(len(events) - MOST, "ask again with --since and the time of the last of these")
        for event in events[:MOST]:
            yield self._step(event["id"], 0, self._get(f"/events/{event['id']}"))

    def _first_cause(self, event: dict[str, Any]) -> str:
        """The event at which its tree begins, as far as the owners still have them."""
        for _ in range(DEEPEST):
            known = self._get(f"/events/{event['causationid']}") if event["causationid"] else {}
            causes = [part["written"] for part in known.values() if part["written"] is not None]
            if not causes:
                break
            event = causes[0]
        return str(event["id"])

    def _tree(self, event_id: str, depth: int, known: dict[ServiceName, Any] | None = None) -> Iterator[Step]:
        self._seen.add(event_id)
        step = self._step(event_id, depth, known or self._get(f"/events/{event_id}"))
        yield step
        appliers = {hop.queue.split(".")[0] for hop in step.hops if hop.queue and hop.state == "applied"}
        listening = [service for service in SERVICES if service in appliers]
        effects = [
            one for one in self._listed(listening, MOST_AT_ONE, caused_by=event_id) if one["id"] not in self._seen
        ]
        for number, effect in enumerate(effects):
            if depth == DEEPEST or len(self._seen) >= MOST:
                self._leave_out(len(effects) - number, "ask for one of the last of these by its id")
                return
            yield from self._tree(effect["id"], depth + 1)

    def _step(self, event_id: str, depth: int, known: dict[ServiceName, Any]) -> Step:
        owners = [service for service, part in known.items() if part["written"] is not None]
        owner = owners[0] if owners else None
        written = known[owner]["written"] if owner else None
        hops = [
            Hop(mark["state"], mark["queue"], instant(mark["at"]), mark["attempts"], mark["reason"])
            for part in known.values()
            for mark in part["marks"]
        ]
        if written and written["sent_at"]:
            hops.append(Hop("sent", at=instant(written["sent_at"])))
        hops.sort(key=lambda hop: (hop.at, hop.queue is not None))
        if owner:
            hops += self._unheard(known[owner], {hop.queue for hop in hops})
        return Step(event_id, depth, owner, written, hops)

    def _unheard(self, part: dict[str, Any], heard: set[str | None]) -> Iterator[Hop]:
        """The queues for it that left no mark: they have yet to hear it, or it is so long ago that marks are gone."""
        written = part["written"]
        gone = written["sent_at"] is not None and instant(written["sent_at"]) < instant(part["marks_from"])
        for queue, event_names in self._queues.items():
            if queue not in heard and written["type"] in event_names:
                yield Hop("forgotten" if gone else "not yet", queue)

    @cached_property
    def _queues(self) -> dict[str, list[str]]:
        standing = self._get("/events/standing").values()
        return {queue["queue"]: queue["event_names"] for one in standing for queue in one["queues"]}

    def _get(self, path: str, services: Sequence[ServiceName] = SERVICES, **asked: Any) -> dict[ServiceName, Any]:
        answers = self.asked.get_everywhere(path, services, **asked)
        self.away |= answers.away
        return answers.found

    def _listed(self, services: Sequence[ServiceName], limit: int, **asked: Any) -> list[dict[str, Any]]:
        found = self._get("/written-events", services, limit=limit, **asked)
        for service, answer in found.items():
            if len(answer["items"]) == limit:
                self.left_out.append(f"{service} may have written more than these {limit}")
        every: Iterable[dict[str, Any]] = (event for answer in found.values() for event in answer["items"])
        return sorted(every, key=lambda event: instant(event["written_at"]))

    def _leave_out(self, count: int, way_out: str) -> None:
        if count > 0:
            self.left_out.append(f"at least {count} more are not shown: {way_out}")

    def _perhaps(self) -> str:
        return "".join(f"; {told}, and may know it" for told in self.away.values())


def show(steps: Iterable[Step]) -> None:
    """Each event over its hops, and what it caused below it, further in."""
    for step in steps:
        margin = "    " * step.depth
        told = step.written or {"type": "an event that its owner no longer has", "subject": None}
        about = f" about {told['subject']}" if told["subject"] else ""
        typer.echo(f"{margin}{'└ ' if step.depth else ''}{told['type']}{about}")
        margin += "    "
        typer.echo(f"{margin}event    {step.id}")
        if step.depth == 0 and told.get("causationid"):
            typer.echo(f"{margin}cause    {told['causationid']}")
        if step.written_at is not None:
            typer.echo(f"{margin}written  {clock(step.written_at)} by {step.owner}")
        for hop in step.hops:
            typer.echo(f"{margin}{_line(step, hop)}".rstrip())


def _line(step: Step, hop: Hop) -> str:
    after = step.ms_after(hop)
    when = f"{'' if after < 0 else '+'}{length(after / 1000)}" if after is not None else clock(hop.at) if hop.at else ""
    why = f"  after {hop.attempts} {'try' if hop.attempts == 1 else 'tries'}: {hop.reason}" if hop.reason else ""
    return f"{hop.state.ljust(9)}{when.rjust(8)}  {hop.queue or ''}{why}"
