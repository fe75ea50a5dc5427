"""The files of one return while it is made: written part by part, counted, and summed up in their checksums."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.common.db import Transaction
from services.interop.domain.statutory_return import ReturnPart, StatutoryReturn
from services.interop.returns.rows import Fault, Row, csv_line
from services.interop.store import returns as store

PART_CHARACTERS = 512 * 1024
TRACE, FAULTS = "trace.csv", "faults.csv"
TRACE_COLUMNS = ("table", "key", "resource_type", "resource_id", "version")
FAULT_COLUMNS = ("rule", "refused", "table", "field", "key", "reason", "way_out", *TRACE_COLUMNS[2:])


@dataclass
class File:
    """One file while it is written: what waits for its next part, and what its checksum has come to."""

    columns: Sequence[str]
    rows: int = 0
    size: int = 0
    parts: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    lines: list[str] = field(default_factory=list)
    waiting: int = 0
    client_ids: set[UUID] = field(default_factory=set)


@dataclass
class Files:
    """All files of one return. Of a dry run the list of faults alone is kept."""

    tx: Transaction
    asked: StatutoryReturn
    rows: int = 0
    refused: int = 0
    _open: dict[str, File] = field(default_factory=dict)
    _counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _rules: dict[str, Fault] = field(default_factory=dict)

    async def begin(self, tables: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Every table is there with its columns, and an empty one too."""
        files = {f"{name}.csv": columns for name, columns in tables} | {TRACE: TRACE_COLUMNS}
        for name, columns in {FAULTS: FAULT_COLUMNS, **({} if self.asked.dry_run else files)}.items():
            self._open[name] = File(columns)
            await self._write(name, columns, None, is_row=False)

    async def take(self, row: Row, faults: Sequence[Fault], *, stays: bool) -> None:
        """A row that stays is written with its trace; each of its faults is told either way."""
        for fault in faults:
            await self.tell(fault)
        self.rows, self.refused = self.rows + stays, self.refused + (not stays)
        if not stays or self.asked.dry_run:
            return
        name = f"{row.table}.csv"
        await self._write(name, [row.values.get(one, "") for one in self._open[name].columns], row.client_id)
        for source in row.sources:
            told = [row.table, row.key, source.resource_type, str(source.resource_id), str(source.version)]
            await self._write(TRACE, told, row.client_id)

    async def tell(self, fault: Fault) -> None:
        """One line for each fact that the row comes from; one line where it comes from none."""
        rule, row = fault.rule, fault.row
        self._rules.setdefault(rule.code, fault)
        self._counts[rule.code, row.table, fault.field] += 1
        head = [rule.code, "yes" if rule.refuses else "no", row.table, fault.field, row.key, rule.reason, rule.way_out]
        facts = [[one.resource_type, str(one.resource_id), str(one.version)] for one in row.sources]
        for fact in facts or [["", "", ""]]:
            await self._write(FAULTS, [*head, *fact], row.client_id)

    async def _write(self, name: str, values: Sequence[str], client_id: UUID | None, *, is_row: bool = True) -> None:
        file, line = self._open[name], csv_line(values)
        file.lines.append(line)
        file.waiting += len(line)
        file.rows += is_row
        file.client_ids |= {client_id} if client_id else set()
        if file.waiting >= PART_CHARACTERS:
            await self._flush(name, file)

    async def _flush(self, name: str, file: File) -> None:
        body = "".join(file.lines)
        people = sorted(file.client_ids)
        part = ReturnPart(statutory_return_id=self.asked.id, name=name, number=file.parts, client_ids=people, body=body)
        await store.keep_part(self.tx, part)
        file.digest.update(body.encode())
        file.size, file.parts, file.waiting = file.size + len(body.encode()), file.parts + 1, 0
        file.lines.clear()
        file.client_ids.clear()

    async def close(self) -> None:
        for name, file in self._open.items():
            if file.lines:
                await self._flush(name, file)

    def told(self) -> list[dict[str, object]]:
        return [
            {"name": name, "rows": file.rows, "bytes": file.size, "sha256": file.digest.hexdigest()}
            for name, file in self._open.items()
        ]

    def counted(self) -> list[dict[str, object]]:
        """How often each rule was broken in which field, most often first."""
        found = []
        for (code, table, name), count in self._counts.most_common():
            rule = self._rules[code].rule
            told = {"reason": rule.reason, "way_out": rule.way_out, "refuses": rule.refuses}
            found.append({"rule": code, "table": table, "field": name, "count": count, **told})
        return found
