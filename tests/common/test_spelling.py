"""Values that are spelled out as SQL are the values again, and never SQL."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from demo.servers.postgres import EmbeddedPostgres
from services.common.spelling import spelled

ID, OTHER = UUID("01938000-0000-7000-8000-00000000000a"), UUID("01938000-0000-7000-8000-00000000000b")
SPELLED: dict[str, list[Any]] = {
    "text": ["plain", "", "it's; commit; --", "\\'; drop table client; --", "$1 :x %s {0}", "Zoë 🚑\n"],
    "uuid": [ID],
    "boolean": [True, False],
    "integer": [12, -3, 0],
    "date": [date(2026, 11, 26)],
    "text[]": [["a", "b'); --"]],
    "uuid[]": [[ID, OTHER]],
}


@pytest.mark.parametrize("kind", SPELLED)
async def test_a_value_comes_back_as_it_was(postgres: EmbeddedPostgres, kind: str) -> None:
    connection = await postgres.admin()
    for value in [*SPELLED[kind], None]:
        assert await connection.fetchval(f"select ({spelled(value)})::{kind}") == value
    await connection.close()


async def test_a_text_that_cannot_be_kept_is_refused_and_cuts_nothing_short(postgres: EmbeddedPostgres) -> None:
    connection = await postgres.admin()
    with pytest.raises(asyncpg.CharacterNotInRepertoireError):
        await connection.execute(f"select {spelled('a' + chr(0) + 'b')}")
    await connection.close()


@pytest.mark.parametrize("value", [b"bytes", 1.5, [ID, "'}'; --"], {"a": 1}, []])
def test_what_has_no_spelling_is_refused(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        spelled(value)
