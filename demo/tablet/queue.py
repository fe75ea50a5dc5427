"""The tablet's own store, a file that outlives the app: what is still to be sent, and what was taken along.

All of it is SQLite, synchronised to the disk before anything is said to be noted. One process at a time writes.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from uuid6 import uuid7

TABLES = """
    create table if not exists device (id text not null, last_sequence integer not null, holder text, cursor text);
    create table if not exists operation (
        sequence integer primary key, operation_id text not null unique, kind text not null,
        occurred_at text not null, content text not null, outcome text, answer text);
    create table if not exists pack (day text primary key, etag text not null, content text not null);
    create table if not exists fact (
        entity text not null, entity_id text not null, client_id text not null, content text not null,
        primary key (entity, entity_id));
    create table if not exists photo (
        id text primary key, taken_by text not null, path text not null, told text not null, location text,
        outcome text);
    create table if not exists reported (unsent integer not null);
"""
# What a person has to look at before it is forgotten.
SETTLED = ("applied", "duplicate")
MOST_KEPT = 2**31 - 1


@dataclass(frozen=True)
class PhotoToSend:
    """A picture on the tablet, what is told of it, and where its upload goes on once it was begun."""

    photo_id: UUID
    path: Path
    told: dict[str, str]
    location: str | None


class Queue:
    """One installation's queue. Numbers have no gap: a number is given in the commit that keeps its operation."""

    def __init__(self, file: Path) -> None:
        self.folder = file.parent
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._db.executescript(TABLES)
        with self._commit():
            if self._db.execute("select 1 from device").fetchone() is None:
                self._db.execute("insert into device values (?, 0, null, null)", (str(uuid7()),))

    def close(self) -> None:
        self._db.close()

    @property
    def device_id(self) -> UUID:
        return UUID(self._one("select id from device"))

    def hold(self, employee_id: UUID) -> None:
        """Somebody signs in. What was taken along and pulled is gone where it was somebody else's, who may belong to
        another team; what waits to be sent stays. What they noted, photographed and heard of it is theirs to see."""
        if self._holder != str(employee_id):
            self.start_over()
            with self._commit():
                self._db.execute("delete from pack")
                self._db.execute("update device set holder = ?", (str(employee_id),))

    def note(self, kind: str, content: dict[str, Any]) -> int:
        """Keep an operation, on the disk when this returns. Gives its number."""
        with self._commit():
            self._db.execute("update device set last_sequence = last_sequence + 1")
            sequence: int = self._one("select last_sequence from device")
            named = {"operation_id": str(uuid7()), "kind": kind, **content}
            row = (sequence, named["operation_id"], kind, content["occurred_at"], json.dumps(named))
            self._db.execute("insert into operation values (?, ?, ?, ?, ?, null, null)", row)
        return sequence

    def waiting(self, most: int) -> list[dict[str, Any]]:
        """The oldest of what was not answered yet, in order, in the words in which they are sent."""
        wanted = "select sequence, content from operation where outcome is null order by sequence limit ?"
        return [{"sequence": at, **json.loads(content)} for at, content in self._db.execute(wanted, (most,))]

    def unsent(self, beyond: int = 0) -> tuple[int, str | None]:
        """How many operations beyond this number wait, and photos of anybody, and since when the oldest does."""
        found: tuple[int, str | None] = self._db.execute(
            """select count(*), min(noted_at) from (
                select occurred_at as noted_at from operation where outcome is null and sequence > ? union all
                select json_extract(told, '$.taken_at') from photo where outcome is null)""",
            (beyond,),
        ).fetchone()
        return found

    @property
    def reported(self) -> int:
        """How many were left by what the server was last told."""
        found: int = self._one("select coalesce(max(unsent), 0) from reported")
        return found

    def report(self, unsent: int) -> None:
        """The server was told that so many are left."""
        with self._commit():
            self._db.execute("delete from reported")
            self._db.execute("insert into reported values (?)", (unsent,))

    def answered(self, results: Sequence[dict[str, Any]]) -> None:
        """Keep what the server said of each, all at once."""
        with self._commit():
            for result in results:
                self._db.execute(
                    "update operation set outcome = ?, answer = ? where operation_id = ?",
                    (result["first_outcome"] or result["outcome"], json.dumps(result), result["operation_id"]),
                )

    def ask_again_from(self, sequence: int) -> bool:
        """The server knows less than it had answered, as after a restore: say it again. Whether all of it is here."""
        with self._commit():
            first = self._one("select coalesce(min(sequence), 0) from operation where sequence > 0")
            if not 0 < first <= sequence:
                return False
            self._db.execute("update operation set outcome = null where sequence >= ?", (sequence,))
        return True

    def renumber(self) -> None:
        """Become another installation, as where this store was copied from another tablet's: what was not answered is
        numbered anew, in its order, under the operations' own ids."""
        waiting = [one["operation_id"] for one in self.waiting(MOST_KEPT)]
        with self._commit():
            self._db.execute("update device set id = ?, last_sequence = ?", (str(uuid7()), len(waiting)))
            # What was answered keeps its place for whoever looks back, out of the way of the new numbers.
            self._db.execute("update operation set sequence = -sequence where outcome is not null and sequence > 0")
            for sequence, operation_id in enumerate(waiting, start=1):
                self._db.execute("update operation set sequence = ? where operation_id = ?", (sequence, operation_id))

    def to_show(self) -> list[dict[str, Any]]:
        """What the server did not simply apply of what whoever is signed in noted: its answers, for them to see."""
        wanted = """select answer from operation where outcome is not null and outcome not in (?, ?)
            and json_extract(content, '$.made_by') = ? order by sequence"""
        return [json.loads(answer) for (answer,) in self._db.execute(wanted, (*SETTLED, self._holder))]

    def outcomes(self) -> dict[int, str | None]:
        """What became of each operation that is still kept, by number."""
        return dict(self._db.execute("select sequence, outcome from operation order by sequence"))

    def forget_before(self, noted: datetime) -> None:
        """Let go of what was applied and is older; a server that was restored may ask for what is younger."""
        with self._commit():
            self._db.execute(
                "delete from operation where outcome in (?, ?) and occurred_at < ?", (*SETTLED, noted.isoformat())
            )

    def take_along(self, day: str, etag: str, content: str, cursor: str) -> None:
        """Keep a day pack, and where changes go on after it."""
        with self._commit():
            self._db.execute("insert or replace into pack values (?, ?, ?)", (day, etag, content))
            self._db.execute("update device set cursor = coalesce(cursor, ?)", (cursor,))

    def pack(self, day: str) -> tuple[str, dict[str, Any]] | None:
        """The ETag of a day pack and what is in it."""
        found = self._db.execute("select etag, content from pack where day = ? and etag <> ''", (day,)).fetchone()
        return None if found is None else (found[0], json.loads(found[1]))

    def packs(self) -> list[dict[str, Any]]:
        """All that was taken along."""
        return [json.loads(content) for (content,) in self._db.execute("select content from pack where etag <> ''")]

    def days_to_take_again(self) -> list[str]:
        """Days that were at hand before what was taken along and pulled had to go."""
        return [day for (day,) in self._db.execute("select day from pack where etag = '' order by day")]

    def noted(self, kind: str) -> list[dict[str, Any]]:
        """The bodies of all operations of a kind that are still on the tablet, but for those that were refused."""
        wanted = "select content from operation where kind = ? and outcome is not 'refused'"
        return [json.loads(content)["body"] for (content,) in self._db.execute(wanted, (kind,))]

    @property
    def cursor(self) -> str | None:
        found: str | None = self._one("select cursor from device")
        return found

    def start_over(self) -> None:
        """What was taken along and pulled goes. Which days were taken along stays, for both begin anew with them."""
        with self._commit():
            self._db.execute("update device set cursor = null")
            self._db.execute("delete from fact")
            self._db.execute("update pack set etag = '', content = ''")

    def pulled(self, changes: Sequence[dict[str, Any]], cursor: str) -> None:
        """Keep a page of changes and where the next begins, in one commit."""
        with self._commit():
            for change in changes:
                key = (change["entity"], change["entity_id"])
                if change["gone"]:
                    self._db.execute("delete from fact where entity = ? and entity_id = ?", key)
                else:
                    row = (*key, change["client_id"], json.dumps(change["row"]))
                    self._db.execute("insert or replace into fact values (?, ?, ?, ?)", row)
            self._db.execute("update device set cursor = ?", (cursor,))

    def facts(self, entity: str) -> list[dict[str, Any]]:
        """All that was pulled of one kind."""
        wanted = "select content from fact where entity = ? order by entity_id"
        return [json.loads(content) for (content,) in self._db.execute(wanted, (entity,))]

    def add_photo(self, photo_id: UUID, path: Path, told: dict[str, str]) -> None:
        with self._commit():
            row = (str(photo_id), self._holder, str(path), json.dumps(told))
            self._db.execute("insert into photo (id, taken_by, path, told) values (?, ?, ?, ?)", row)

    def photos(self) -> list[PhotoToSend]:
        """Those by whoever is signed in of which nothing was said in the end yet. They are sent in their own name."""
        wanted = "select id, path, told, location from photo where outcome is null and taken_by = ? order by id"
        return [
            PhotoToSend(UUID(photo_id), Path(path), json.loads(told), location)
            for photo_id, path, told, location in self._db.execute(wanted, (self._holder,))
        ]

    def upload_is_at(self, photo_id: UUID, location: str | None) -> None:
        with self._commit():
            self._db.execute("update photo set location = ? where id = ?", (location, str(photo_id)))

    def photo_is(self, photo_id: UUID, outcome: str) -> None:
        """`sent`, or why it was refused; it is shown then, and stays on the tablet."""
        with self._commit():
            self._db.execute("update photo set outcome = ? where id = ?", (outcome, str(photo_id)))

    def refused_photos(self) -> dict[UUID, str]:
        """Photos by whoever is signed in that the server does not take, and why."""
        wanted = "select id, outcome from photo where outcome is not 'sent' and outcome is not null and taken_by = ?"
        return {UUID(photo_id): outcome for photo_id, outcome in self._db.execute(wanted, (self._holder,))}

    @property
    def _holder(self) -> str | None:
        found: str | None = self._one("select holder from device")
        return found

    def _one(self, wanted: str) -> Any:
        return self._db.execute(wanted).fetchone()[0]

    @contextmanager
    def _commit(self) -> Iterator[None]:
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")
