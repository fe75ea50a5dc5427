"""What migrations ask of PostgreSQL, one by one, and what a linter says of it."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event

from demo.compose import services
from services.common.migrations.migrate import LOCK_SECONDS, alembic_config, migrate
from tests.thirdparty.environments import python_with

# https://squawkhq.com, Apache-2.0 or MIT: it knows which statements lock what, and for how long.
SQUAWK = "squawk-cli==2.70.0"
# What is of taste, or of statements that hold no lock: how wide a number is, whether a name is there already.
OF_TASTE = ("prefer-bigint-over-int", "prefer-bigint-over-smallint", "prefer-identity", "prefer-robust-stmts")
OF_TASTE += ("prefer-text-field", "prefer-timestamp-tz", "require-statement-timeout", "ban-char-field")
RELEASED = json.loads(Path(__file__).with_name("released.json").read_text("utf-8"))


@dataclass(frozen=True)
class Fault:
    """What the linter says of a revision, such as `hr-0009`: its rule, and why."""

    revision: str
    rule: str
    told: str


def newer(service: str) -> list[str]:
    """The revisions of a service that came after the last release, oldest first."""
    known = ScriptDirectory.from_config(alembic_config(service))
    return [each.revision for each in known.iterate_revisions("head", RELEASED["schemas"][service])][::-1]


async def statements(service: str, owner_url: str, revisions: list[str]) -> dict[str, str]:
    """What each of these revisions asks, on a database that the others before have made."""
    asked: list[str] = []
    found: dict[str, str] = {}

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        for revision in revisions:
            asked.clear()
            await migrate(service, services()[service].metadata, owner_url, to=revision)
            found[revision] = sql(asked)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return found


def sql(asked: list[str]) -> str:
    """A script of what changes the schema; what only asks, and Alembic's own notes, are left out."""
    changes = [one.strip().rstrip(";") for one in asked if one.split()[0].lower() in CHANGES]
    return "".join(f"{one};\n" for one in (f"set local lock_timeout = '{LOCK_SECONDS}s'", *changes))


CHANGES = {"alter", "create", "drop", "truncate", "rename", "lock", "vacuum", "reindex", "cluster"}


def lint(revision: str, script: str, folder: Path) -> Iterator[Fault]:
    """Raises `AssertionError` where the linter cannot read it. Skips where there is no linter to be had."""
    path = folder / f"{revision}.sql"
    path.write_text(script, "utf-8")
    excluded = f"--exclude={','.join(OF_TASTE)}"
    done = subprocess.run(
        [str(_squawk()), "--pg-version=18", "--assume-in-transaction", "--reporter=json", excluded, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip(), done.stderr
    told: list[dict[str, Any]] = json.loads(done.stdout)
    for one in told:
        if one["rule_name"] not in accepted(revision):
            yield Fault(revision, one["rule_name"], one["message"])


def accepted(revision: str) -> set[str]:
    """The rules that this revision breaks on purpose, each with its reason beside it."""
    return {rule for one in RELEASED["accepted"] if revision in one["revisions"] for rule in one["rules"]}


@cache
def _squawk() -> Path:
    return python_with(SQUAWK).with_name("squawk")
