"""`heatshield events`: how the events of all services stand, where one is, and having them applied or sent again."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any
from uuid import UUID

import typer

from services.console import paths, replays
from services.console.client import SERVICES, Answers, Away, Desks, ServiceName, desks
from services.console.tables import age, json_lines, length, note, table

app = typer.Typer(help="The events of all services.", no_args_is_help=True)
Url = Annotated[str, typer.Option(envvar="HEATSHIELD_URL", help="Where the gateway is.")]
Token = Annotated[str, typer.Option(envvar="HEATSHIELD_TOKEN", help="The access token of somebody in operations.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
OfService = Annotated[ServiceName | None, typer.Option(help="One service only.")]
GATEWAY = "http://127.0.0.1:8000"


@app.command()
def lag(url: Url = GATEWAY, token: Token = "", as_json: AsJson = False) -> None:
    """What waits to leave each service and for how long, and what could not be applied.

    Parked events are tried again by themselves; dead letters wait for a person. Exit code 1 with a service away.
    """
    with desks(url, token) as asked:
        standing = asked.get_everywhere("/events/standing")
        if as_json:
            json_lines(_standing_as_json(standing))
        else:
            table(("SERVICE", "UNSENT", "LAG", "WAITING", "DEAD"), _standing_rows(standing))
        _tell_away(standing.away.values())


def _standing_rows(standing: Answers) -> Iterator[tuple[object, ...]]:
    for service in SERVICES:
        one = standing.found.get(service)
        if one is None:
            yield (service, "away", "", "", "")
        else:
            yield (service, one["unsent"], length(one["lag_seconds"]), one["waiting"], one["dead"])


def _standing_as_json(standing: Answers) -> Iterator[dict[str, Any]]:
    for service in SERVICES:
        one = standing.found.get(service)
        figures = {name: one[name] for name in ("unsent", "lag_seconds", "waiting", "dead")} if one else {}
        yield {"service": service, "away": one is None, **figures}


@app.command()
def queues(url: Url = GATEWAY, token: Token = "", as_json: AsJson = False) -> None:
    """How full each queue is, and how many processes take from it; no figures where the broker is away."""
    with desks(url, token) as asked:
        standing = asked.get_everywhere("/events/standing")
        found = [{"service": name, **queue} for name, one in standing.found.items() for queue in one["queues"]]
        if as_json:
            json_lines(found)
        else:
            table(("QUEUE", "READY", "CONSUMERS"), [(one["queue"], one["ready"], one["consumers"]) for one in found])
        _tell_away(standing.away.values())


@app.command()
def dead(
    waiting: Annotated[bool, typer.Option("--waiting", help="Those that are still tried again by themselves.")] = False,
    service: OfService = None,
    payload: Annotated[
        bool, typer.Option("--payload", help="Show the payload's fields, with every value masked.")
    ] = False,
    url: Url = GATEWAY,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """The events that could not be applied and wait for a person, each with its reason and its errors."""
    away: list[str] = []
    with desks(url, token) as asked:
        parked = list(_parked(asked, (service,) if service else SERVICES, "waiting" if waiting else "dead", away))
        if as_json:
            json_lines({name: value for name, value in one.items() if payload or name != "data"} for one in parked)
        else:
            table(("ID", "SERVICE", "AGE", "TRIES", "REASON", "QUEUE"), _parked_rows(parked, payload=payload))
        _tell_away(away)


def _parked(asked: Desks, services: Iterable[ServiceName], state: str, away: list[str]) -> Iterator[dict[str, Any]]:
    """All of them, page by page, a service at a time."""
    for service in services:
        cursor: dict[str, str] = {}
        try:
            while True:
                page = asked.get(service, "/parked-events", state=state, limit=100, **cursor)
                yield from ({"service": service, **one} for one in page["items"])
                if page["next_cursor"] is None:
                    break
                cursor = {"cursor": page["next_cursor"]}
        except Away as error:
            away.append(str(error))


def _parked_rows(parked: Iterable[Mapping[str, Any]], *, payload: bool) -> Iterator[tuple[object, ...]]:
    """A row each, and below it what is too long for a column."""
    for one in parked:
        age_of, tries = age(one["parked_at"]), one["attempts"]
        yield (one["id"], one["service"], age_of, tries, one["reason"], one["consumer"])
        more = {"event": one["event_id"], "type": one["type"], "about": one["subject"], "first": one["first_error"]}
        more |= {"last": one["last_error"]} if one["last_error"] != one["first_error"] else {}
        more |= {"payload": json.dumps(one["data"], ensure_ascii=False)} if payload else {}
        for name, value in more.items():
            yield ("", "", "", "", "", f"  {name} {'-' if value is None else value}")


@app.command()
def path(
    thing: Annotated[
        UUID | None, typer.Argument(metavar="ID", help="An event's, or that of what events are about.")
    ] = None,
    trace: Annotated[str | None, typer.Option(help="All events of this trace (32 hex digits), without a tree.")] = None,
    since: Annotated[
        str | None, typer.Option(help="With --trace: the instant from which on a day is looked at.")
    ] = None,
    url: Url = GATEWAY,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """The way of an event: when it was written, sent and applied by whom, and the events that this caused.

    With the id of a thing, such as a referral, the ways of the events about it. Exit code 1 with a service away.
    """
    if (thing is None) == (trace is None) or (since is not None and trace is None):
        raise typer.BadParameter("give either an ID or --trace; --since goes with --trace")
    with desks(url, token) as asked:
        way = paths.Paths(asked)
        steps = way.of_trace(trace, since) if trace is not None else way.of(str(thing))
        if as_json:
            json_lines(step.as_json() for step in steps)
        else:
            paths.show(steps)
        for text in way.left_out:
            note(text)
        _tell_away(way.away.values())


@app.command()
def replay(  # noqa: PLR0913  each argument is an option of the command
    ids: Annotated[list[UUID] | None, typer.Argument(metavar="ID", help="Of parked events, or of events.")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="All dead letters.")] = False,
    from_at: Annotated[str | None, typer.Option("--from", help="What left from this instant on.")] = None,
    to_at: Annotated[str | None, typer.Option("--to", help="What left before this instant, not only till now.")] = None,
    event_type: Annotated[str | None, typer.Option("--type", help="With --dead or --from: of this type only.")] = None,
    service: OfService = None,
    url: Url = GATEWAY,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Have events applied again where they are parked, or sent again by their owner. Each has its effect once."""
    if [bool(ids), dead, from_at is not None].count(True) != 1 or (to_at is not None and from_at is None):
        raise typer.BadParameter("give either IDs, --dead or --from; --to goes with --from")
    if ids and (event_type or service):
        raise typer.BadParameter("an ID needs neither --type nor --service")
    services = (service,) if service else SERVICES
    with desks(url, token) as asked:
        if ids:
            done = replays.by_id(asked, map(str, ids))
        elif dead:
            done = replays.dead_letters(asked, services, event_type)
        else:
            senders = replays.owner_of(event_type) if event_type and not service else services
            done = replays.period(asked, senders, from_at=from_at, to_at=to_at, type=event_type)
    rows = [(name, what, count) for (name, what), count in done.counts.items()]
    if as_json:
        json_lines({"service": name, "what": what, "events": count} for name, what, count in rows)
    elif rows:
        table(("SERVICE", "WHAT", "EVENTS"), rows)
    unknown = [f"no service knows {one}: it is unknown, or was purged" for one in done.unknown]
    _tell_away([*done.away.values(), *unknown])


@app.command()
def discard(
    parked_id: Annotated[UUID, typer.Argument(help="Of a parked event, as `dead` shows it.")],
    service: Annotated[ServiceName, typer.Option(help="The service that parked it.")],
    url: Url = GATEWAY,
    token: Token = "",
) -> None:
    """Give a parked event up for good. The service's log says that it was, and by whom."""
    with desks(url, token) as asked:
        path = f"/parked-events/{parked_id}"
        asked.delete(service, path, version=asked.get(service, path)["attempts"])
    typer.echo(f"{service}: discarded {parked_id}")


@app.command()
def rebuild(
    service: Annotated[ServiceName, typer.Argument(help="The service whose copies are made again.")],
    cursor: Annotated[str | None, typer.Option(help="Where to go on, as the run before said.")] = None,
    url: Url = GATEWAY,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Make a service's copies of what others own again, from the owners' logs and while it runs.

    Nobody is told anything.
    """
    with desks(url, token) as asked:
        for page in replays.rebuilt(asked, service, cursor):
            if as_json:
                json_lines([page])
            else:
                typer.echo(f"{service}: {page['in_all']} events applied")


def _tell_away(away: Iterable[str]) -> None:
    """What is missing from the result makes the command fail, after what there is has been shown."""
    told = list(away)
    for text in told:
        note(text)
    if told:
        raise typer.Exit(1)
