"""`heatshield export` and `heatshield import`, by whoever owns the databases."""

import asyncio
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

import typer

from services.common.service import Service
from services.console.tables import note, table
from services.moving.arriving import take_in
from services.moving.leaving import export
from services.moving.manifest import Manifest, Refused


def leave(services: Sequence[Service], folder: Path) -> None:
    """Write everything that these services hold into a new folder."""
    _told(export(services, folder))
    note(f"exported to {folder}: it holds everything about everybody, so encrypt it before it goes anywhere")


def arrive(services: Sequence[Service], folder: Path) -> None:
    """Take an export into databases that are empty."""
    _told(take_in(services, folder))
    note("imported: every table has the rows and the sum that the export had")


def _told(moving: Coroutine[Any, Any, Manifest]) -> None:
    """A refusal ends the command, told in one line, with exit code 1."""
    try:
        manifest = asyncio.run(moving)
    except Refused as error:
        typer.echo(f"heatshield: {error}", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"heatshield: {error.filename or 'the export'}: {error.strerror or type(error).__name__}", err=True)
        raise typer.Exit(1) from None
    table(
        ("SERVICE", "SCHEMA", "TABLES", "ROWS", "FILES"),
        [
            (
                name,
                one.revision,
                len(one.tables),
                sum(t.rows for t in one.tables.values()),
                one.files.rows if one.files else 0,
            )
            for name, one in manifest.services.items()
        ],
    )
