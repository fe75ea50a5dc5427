"""Each drill's line goes with its report."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.drills.table import DRILLED, ROWS


@pytest.fixture(autouse=True)
def written_down(record_property: Callable[[str, object], None]) -> Iterator[None]:
    """Which worker ran a drill makes no difference to the table."""
    before = len(ROWS)
    yield
    for row in ROWS[before:]:
        record_property(DRILLED, json.dumps(asdict(row)))


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that the database's user may reach."""
    folder = Path(tempfile.mkdtemp(prefix="heatshield-drill-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
