"""`heatshield events path`: an event from its writing to everything that it caused, over all services."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.caseload.main import SERVICE as CASELOAD
from services.common.auth import SYSTEM
from services.common.history import KEEP_APPLIED
from services.console import paths
from services.governance.main import SERVICE as GOVERNANCE
from services.interop.main import SERVICE as INTEROP
from tests.console.at_the_console import Console, at_the_console
from tests.interop.answers import serve_team
from tests.interop.bars_message import a_message, ids
from tests.running import Databases

ARRIVED, RECEIVED = "interop.referral.received.v1", "caseload.referral.received.v1"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
# Of the person in the partner's message.
PERSONAL = ("Maureen", "Tabor", "9990000204", "Chapel Row", "LA14", "07700")


@pytest.fixture
async def console(databases: Databases) -> AsyncIterator[Console]:
    """A partner's referral has come, through the door and under one trace, and everybody has heard of it."""
    async with at_the_console(databases, CASELOAD, GOVERNANCE, INTEROP) as made:
        await serve_team(made.system)
        token = made.system.issuer.token("trust-tie", "integrator")
        headers = {"Authorization": f"Bearer {token}", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", **ids()}
        async with httpx.AsyncClient(base_url=made.url, headers=headers, trust_env=False) as partner:
            taken = await partner.post("/fhir/R4/$process-message", json=a_message())
            assert taken.status_code == 200, taken.text
        await made.settled()
        yield made


async def arrived(console: Console) -> Any:
    """The event of the referral's arrival."""
    (event,) = await console.system.published("interop")
    return event


async def received(console: Console) -> Any:
    """The event that this caused at caseload."""
    (event,) = await console.system.published("caseload")
    return event


async def test_the_path_shows_every_hop_with_its_time_and_below_it_what_was_caused(console: Console) -> None:
    cause, effect = await arrived(console), await received(console)
    result = await console.run("path", str(cause.id))
    ms = r" *\+\d+ ms"
    wanted = [
        rf"{re.escape(ARRIVED)} about inbound_referral/[0-9a-f-]{{36}}",
        rf"    event    {cause.id}",
        r"    written  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z by interop",
        rf"    applied {ms}  caseload\.{re.escape(ARRIVED)}",
        rf"    sent    {ms}",
        rf"    └ {re.escape(RECEIVED)} about referral/[0-9a-f-]{{36}}",
        rf"        event    {effect.id}",
        r"        written  .* by caseload",
        *[rf"        applied {ms}  (interop\.feed|(governance|interop)\.{re.escape(RECEIVED)})"] * 3,
        rf"        sent    {ms}",
    ]
    lines = result.stdout.splitlines()
    assert len(lines) == len(wanted), result.stdout
    for line, pattern in zip(lines, wanted, strict=True):
        assert re.fullmatch(pattern, line), (line, pattern)
    assert "roster is away" in result.stderr
    assert result.exit_code == 1, "those away may know more"


async def test_a_program_reads_the_same_tree(console: Console) -> None:
    cause, effect = await arrived(console), await received(console)
    first, second = await console.lines("path", str(cause.id))
    assert (first["id"], first["depth"], first["service"], first["caused_by"]) == (str(cause.id), 0, "interop", None)
    assert (second["id"], second["depth"], second["caused_by"]) == (str(effect.id), 1, str(cause.id))
    assert {(hop["state"], hop["queue"]) for hop in second["hops"]} == {
        ("sent", None),
        ("applied", f"governance.{RECEIVED}"),
        ("applied", f"interop.{RECEIVED}"),
        ("applied", "interop.feed"),
    }
    assert all(hop["ms_after"] >= 0 for hop in [*first["hops"], *second["hops"]])


async def test_the_id_of_a_thing_shows_the_paths_of_the_events_about_it_from_their_first_cause_on(
    console: Console,
) -> None:
    cause, effect = await arrived(console), await received(console)
    for event in (cause, effect):
        thing = event.subject.split("/")[1]
        lines = await console.lines("path", thing)
        assert [(line["depth"], line["id"]) for line in lines] == [(0, str(cause.id)), (1, str(effect.id))]


async def test_an_event_by_itself_names_its_cause(console: Console) -> None:
    cause, effect = await arrived(console), await received(console)
    result = await console.run("path", str(effect.id))
    assert f"\n    cause    {cause.id}\n" in result.stdout
    assert ARRIVED not in result.stdout


async def test_a_trace_shows_all_its_events_in_the_order_of_time(console: Console) -> None:
    cause, effect = await arrived(console), await received(console)
    lines = await console.lines("path", "--trace", TRACE)
    assert [(line["id"], line["depth"], line["trace_id"]) for line in lines] == [
        (str(cause.id), 0, TRACE),
        (str(effect.id), 0, TRACE),
    ]
    assert len(lines[1]["hops"]) == 4
    an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    assert len(await console.lines("path", "--trace", TRACE, "--since", an_hour_ago)) == 2
    result = await console.run("path", "--trace", "ab" * 16)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"nothing was written under {'ab' * 16}" in result.stderr


async def test_a_queue_that_has_yet_to_hear_and_one_where_it_is_dead_are_shown(console: Console) -> None:
    effect = await received(console)
    await console.system.alter("governance", "delete from inbox")
    await console.system.alter("interop", "delete from inbox")
    await park(console, effect, None)
    (step,) = await console.lines("path", str(effect.id))
    states = {hop["queue"]: (hop["state"], hop["attempts"], hop["reason"]) for hop in step["hops"] if hop["queue"]}
    assert states == {
        f"governance.{RECEIVED}": ("not yet", 0, None),
        f"interop.{RECEIVED}": ("dead", 6, "ValueError at keep:3"),
        "interop.feed": ("not yet", 0, None),
    }
    result = await console.run("path", str(effect.id))
    assert re.search(rf"\n    not yet +governance\.{RECEIVED}\n", result.stdout)
    assert re.search(rf"\n    dead +\+.*  interop\.{RECEIVED}  after 6 tries: ValueError at keep:3\n", result.stdout)


async def park(console: Console, event: Any, retry_at: datetime | None) -> None:
    """As if interop had failed to apply it."""
    letters = console.system.databases["interop"].metadata.tables["parked_event"]
    letter = {"id": event.id, "event_id": event.id, "consumer": f"interop.{RECEIVED}", "type": RECEIVED}
    letter |= {"subject": event.subject, "body": event.model_dump_json().encode(), "reason": "failed", "attempts": 6}
    letter |= {"first_error": "KeyError at keep:2", "last_error": "ValueError at keep:3", "retry_at": retry_at}
    async with console.system.databases["interop"].transaction(SYSTEM) as tx:
        await tx.session.execute(letters.insert().values(**letter))


async def test_marks_that_are_forgotten_by_now_are_not_taken_for_missing_ones(console: Console) -> None:
    effect = await received(console)
    await console.system.alter("governance", "delete from inbox")
    await console.system.alter(
        "caseload", f"update event_log set sent_at = now() - interval '{KEEP_APPLIED.days + 1} days'"
    )
    (step,) = await console.lines("path", str(effect.id))
    assert ("forgotten", f"governance.{RECEIVED}") in {(hop["state"], hop["queue"]) for hop in step["hops"]}


async def test_an_event_that_its_owner_purged_shows_who_applied_it(console: Console) -> None:
    cause = await arrived(console)
    await console.system.alter("interop", "delete from event_log")
    result = await console.run("path", str(cause.id))
    first, second, third = result.stdout.splitlines()[:3]
    assert (first, second.split()) == ("an event that its owner no longer has", ["event", str(cause.id)])
    assert re.fullmatch(rf"    applied +\d{{4}}-.*Z  caseload\.{ARRIVED}", third)
    assert RECEIVED in result.stdout, "what it caused is still found"


async def test_a_tree_is_cut_where_it_grows_too_deep_or_too_large(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    cause = await arrived(console)
    for limit, value in (("DEEPEST", 0), ("MOST", 1)):
        with monkeypatch.context() as patch:
            patch.setattr(paths, limit, value)
            result = await console.run("path", str(cause.id))
        assert RECEIVED not in result.stdout.replace(f"caseload.{ARRIVED}", "")
        assert "at least 1 more are not shown: ask for one of the last of these by its id" in result.stderr


async def test_nothing_that_is_printed_names_a_person(console: Console) -> None:
    cause = await arrived(console)
    await park(console, await received(console), datetime.now(UTC) + timedelta(hours=1))
    for words in (
        ("lag",),
        ("queues",),
        ("dead", "--waiting", "--payload"),
        ("path", str(cause.id)),
        ("path", "--trace", TRACE),
        ("path", cause.subject.split("/")[1]),
        ("replay", str(cause.id)),
    ):
        for result in (await console.run(*words), await console.run(*words, "--json")):
            assert result.stdout
            assert [name for name in PERSONAL if name in result.output] == []
