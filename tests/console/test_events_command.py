"""`heatshield events`: how events stand, what is dead, and having them applied or sent again, from one command."""

import re
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uuid6 import uuid7

from demo.servers.http import serving
from services.common import parking
from services.console.client import SERVICES
from services.hr.main import SERVICE as HR
from services.roster.main import SERVICE as ROSTER
from tests.console.at_the_console import Console, a_contract, at_the_console
from tests.hr import office
from tests.running import STRANGER, Databases, until

AGREED = "hr.contract.agreed.v1"
QUEUE = f"roster.{AGREED}"
CANARY = "Zzcanary"


@pytest.fixture
async def console(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Console]:
    """hr and roster run, the others are away; nothing is tried again by itself."""
    monkeypatch.setattr(parking, "RETRY_AFTER", (timedelta(hours=1),))
    async with at_the_console(databases, HR, ROSTER) as made:
        yield made


async def agree(console: Console, contracts: int = 1) -> None:
    """hr agrees contracts, and roster has heard of them."""
    for _ in range(contracts):
        await agree_one(console)
    await console.settled()


async def agree_one(console: Console) -> None:
    hr = await office.office(console.system)
    body = office.a_contract(await office.employed(console.system))
    assert (await hr.post("/v1/contracts", json=body)).status_code == 201


async def dead(console: Console, **more: str) -> str:
    return await console.dead_letters("roster", AGREED, a_contract() | more, "contract")


async def test_the_lag_of_each_service_is_shown_and_those_away_are_named(console: Console) -> None:
    await dead(console)
    result = await console.run("lag")
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["SERVICE", "UNSENT", "LAG", "WAITING", "DEAD"],
        ["caseload", "away"],
        ["roster", "0", "0", "ms", "0", "1"],
        ["hr", "0", "0", "ms", "0", "0"],
        *[[name, "away"] for name in ("finance", "governance", "interop", "identity")],
    ]
    assert result.exit_code == 1
    assert "finance is away: The service is away\n" in result.stderr
    lines = await console.lines("lag")
    away = {line["service"] for line in lines if line["away"]}
    assert away == set(SERVICES) - {"roster", "hr"}
    assert lines[1] == {"service": "roster", "away": False, "unsent": 0, "lag_seconds": 0, "waiting": 0, "dead": 1}


async def test_every_queue_is_shown_with_what_it_holds(console: Console) -> None:
    table = await console.table("queues")
    assert table[0] == ["QUEUE", "READY", "CONSUMERS"]
    assert [QUEUE, "0", "1"] in table
    (line,) = [line for line in await console.lines("queues") if line["queue"] == QUEUE]
    assert line == {"service": "roster", "queue": QUEUE, "event_names": line["event_names"], "ready": 0, "consumers": 1}
    assert line["event_names"] == [QUEUE.partition(".")[2]]


async def test_dead_letters_are_shown_with_their_errors_and_without_a_value(console: Console) -> None:
    event_id = await dead(console, note=CANARY)
    (letter,) = await console.rows("roster", "parked_event")
    result = await console.run("dead", "--service", "roster", "--payload")
    assert result.exit_code == 0, "roster was asked, and nobody else"
    assert result.stdout.splitlines()[0].split() == ["ID", "SERVICE", "AGE", "TRIES", "REASON", "QUEUE"]
    cells = result.stdout.splitlines()[1].split()
    assert (cells[:2], cells[-3:]) == ([str(letter.id), "roster"], ["1", "failed", QUEUE])
    assert f"event {event_id}" in result.stdout
    assert re.search(r"first ProgrammingError at \w+:\d+", result.stdout)
    assert '"minutes_per_week": "•"' in result.stdout
    assert '"note": "•"' in result.stdout
    assert CANARY not in result.output
    (line,) = await console.lines("dead")
    assert (line["id"], line["service"], line["state"], "data" in line) == (str(letter.id), "roster", "dead", False)
    assert await console.lines("dead", "--waiting") == []


async def test_a_dead_letter_is_applied_by_the_id_of_either(console: Console) -> None:
    await dead(console)
    (letter,) = await console.rows("roster", "parked_event")
    result = await console.run("replay", str(letter.id))
    assert result.stdout.splitlines()[1].split() == ["roster", "tried", "again", "1"]
    await console.settled()
    assert (len(await console.rows("roster", "contract")), await console.rows("roster", "parked_event")) == (1, [])
    event_id = await dead(console)
    result = await console.run("replay", event_id)
    assert result.stdout.splitlines()[1].split() == ["roster", "tried", "again", "1"]
    await console.settled()
    assert (len(await console.rows("roster", "contract")), await console.rows("roster", "parked_event")) == (2, [])


async def test_all_dead_letters_are_applied_at_once(console: Console) -> None:
    await dead(console)
    assert (await console.table("replay", "--dead", "--type", "hr.clearance.changed.v1"))[1:] == [
        ["roster", "tried", "again", "0"],
        ["hr", "tried", "again", "0"],
    ]
    result = await console.run("replay", "--dead", "--service", "roster")
    assert result.exit_code == 0, "those away were not asked"
    await console.settled()
    assert len(await console.rows("roster", "contract")) == 1


async def test_a_dead_letter_is_discarded(console: Console) -> None:
    await dead(console)
    (letter,) = await console.rows("roster", "parked_event")
    assert (await console.run("discard", str(letter.id), "--service", "roster")).exit_code == 0
    assert await console.rows("roster", "parked_event") == []
    again = await console.run("discard", str(letter.id), "--service", "roster")
    assert (again.exit_code, again.stderr.startswith("heatshield: roster: /path: ")) == (1, True)


async def test_sent_events_are_sent_again_by_their_owner(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    await agree(console, 3)
    before = await console.rows("roster", "contract")
    event_id = str((await console.system.published("hr"))[0].id)
    assert (await console.table("replay", event_id))[1] == ["hr", "sent", "again", "1"]
    await console.settled()
    monkeypatch.setattr("services.common.desk.replay.MOST", 2)
    an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    result = await console.run("replay", "--from", an_hour_ago, "--type", AGREED)
    assert [line.split() for line in result.stdout.splitlines()[1:]] == [["hr", "sent", "again", "3"]], "in two parts"
    assert result.exit_code == 0, "only its owner was asked"
    await console.settled()
    assert await console.rows("roster", "contract") == before
    assert len(await console.lines("replay", "--from", an_hour_ago)) == 2


async def test_an_event_is_tried_again_where_it_is_dead_and_sent_again_to_the_others(console: Console) -> None:
    await console.system.alter("roster", "alter table contract rename to contract_away")
    await agree_one(console)
    await until(lambda: console.rows("roster", "parked_event"))
    await console.system.alter("roster", "alter table contract_away rename to contract")
    await until(lambda: console.rows("hr", "event_log"))
    event_id = str((await console.system.published("hr"))[0].id)
    result = await console.run("replay", event_id)
    assert [line.split() for line in result.stdout.splitlines()[1:]] == [
        ["roster", "tried", "again", "1"],
        ["hr", "sent", "again", "1"],
    ]
    await console.settled()
    assert (len(await console.rows("roster", "contract")), await console.rows("roster", "parked_event")) == (1, [])


async def test_an_event_that_has_yet_to_leave_needs_no_sending_again(console: Console) -> None:
    console.system.broker._handlers.clear()
    await agree_one(console)
    event_id = str((await console.system.published("hr"))[0].id)
    assert (await console.table("replay", event_id))[1] == ["hr", "not", "sent", "yet", "1"]
    assert (await console.table("lag"))[3][:2] == ["hr", "1"]


async def test_a_read_model_is_made_again_page_by_page(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """hr's own copy of its members needs nobody else."""
    for _ in range(3):
        await office.joined(console.system)
    await console.settled()
    before = await console.rows("hr", "team_member")
    await console.system.alter("hr", "truncate team_member")
    monkeypatch.setattr("services.common.desk.rebuild.PAGE", 2)
    result = await console.run("rebuild", "roster")
    assert result.exit_code == 1
    assert "roster is away: caseload is away for the moment\n" in result.stderr
    assert [line["applied"] for line in await console.lines("rebuild", "roster", "--cursor", "hr:0")] == [2, 1]
    assert len(await console.rows("roster", "team_member")) == len(before)


async def test_what_is_unknown_is_said_to_be(console: Console) -> None:
    unknown = str(uuid7())
    for words in (("replay", unknown), ("path", unknown)):
        result = await console.run(*words)
        assert (result.exit_code, result.stdout) == (1, "")
        assert f"no service knows {unknown}: it is unknown, or was purged" in result.stderr
    result = await console.run("path", unknown)
    assert "; finance is away: The service is away, and may know it" in result.stderr


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("replay", "--from", "2020-01-01T00:00:00Z", "--service", "hr"), "/body/from_at: This is too long ago"),
        (("replay", "--from", "yesterday", "--service", "hr"), "/body/from_at: must be an instant"),
        (("replay", "--dead", "--type", "Nothing", "--service", "hr"), "/body/type: "),
        (("path", "--trace", "xyz"), "/query/trace_id: "),
        (("rebuild", "roster", "--cursor", "nowhere"), "/body/cursor: This is no place in a rebuild."),
    ],
)
async def test_bad_input_is_refused_with_its_field_and_the_way_out(
    console: Console, words: tuple[str, ...], field: str
) -> None:
    result = await console.run(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(rf"heatshield: \w+ refuses: {re.escape(field)}.*\.\n", result.stderr), result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("replay",),
        ("replay", "--dead", "--from", "2026-01-01T00:00:00Z"),
        ("replay", str(STRANGER), "--service", "hr"),
        ("path",),
        ("path", str(STRANGER), "--trace", "ab" * 16),
        ("path", "no id"),
        ("dead", "--service", "payroll"),
        ("rebuild", "payroll"),
    ],
)
async def test_what_makes_no_sense_is_asked_of_nobody(words: tuple[str, ...]) -> None:
    result = await Console(None, "http://127.0.0.1:1", "t").run(*words)  # type: ignore[arg-type]
    assert result.exit_code == 2
    assert "Usage: " in result.stderr


async def test_without_a_token_or_the_role_it_says_how_to_sign_in(console: Console) -> None:
    told_of = {
        "": "no token: give",
        "no.such.token": "the token is refused: give",
        "ä": "the token cannot be read: give",
    }
    for token, told in told_of.items():
        result = await console.run("lag", token=token)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
        assert told in result.stderr
        assert f"curl -s {console.url}/dev/token" in result.stderr
    nurse = console.system.issuer.token(str(STRANGER), "nurse")
    result = await console.run("lag", token=nurse)
    told = "heatshield: not allowed: /header/Authorization: The role nurse may not do this. Sign in as somebody whose"
    assert (result.exit_code, result.stderr.startswith(told)) == (1, True)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nowhere", "http://[", "ftp://x", "http://x:99999"])
async def test_where_nothing_answers_it_says_so_in_a_line(url: str) -> None:
    for words in (("lag",), ("path", str(STRANGER)), ("replay", str(STRANGER)), ("dead",), ("rebuild", "hr")):
        result = await Console(None, url, "t").run(*words)  # type: ignore[arg-type]
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
        assert url in result.stderr
        assert "--url" in result.stderr


async def test_where_something_else_answers_it_says_so_in_a_line() -> None:
    async def other(request: Request) -> Response:
        return Response(answers[request.url.path.split("/")[1]], media_type="application/json")

    answers = {"page": "<html>", "list": "[]", "object": "{}"}
    async with serving(Starlette(routes=[Route("/{path:path}", other, methods=["GET", "POST"])])) as url:
        for kind in answers:
            for words in (("lag",), ("queues",), ("dead",), ("path", str(STRANGER)), ("rebuild", "hr")):
                result = await Console(None, f"{url}/{kind}", "t").run(*words)  # type: ignore[arg-type]
                assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
                assert "is not Heatshield's gateway, or that of another version" in result.stderr


async def test_a_proxy_before_the_gateway_that_finds_it_away_is_understood() -> None:
    async def away(_: Request) -> Response:
        return Response("<html>502 Bad Gateway</html>", 502, media_type="text/html")

    async with serving(Starlette(routes=[Route("/{path:path}", away)])) as url:
        result = await Console(None, url, "t").run("lag")  # type: ignore[arg-type]
    assert (result.exit_code, result.stdout.count("away")) == (1, len(SERVICES))
    assert "hr is away: it does not say why\n" in result.stderr


async def test_the_command_runs_from_anywhere(tmp_path: Path) -> None:
    command = Path(__file__).parents[2] / "bin/heatshield"
    done = subprocess.run([command, "events", "lag"], cwd=tmp_path, capture_output=True, text=True, env={}, check=False)  # noqa: ASYNC221
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("heatshield: no token: give the access token of somebody in operations")


def test_it_asks_every_service_there_is() -> None:
    from demo.compose import services

    assert set(SERVICES) == set(services())
