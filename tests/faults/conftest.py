"""The table of what was survived, printed when the tests are over; and how many rounds to play."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.faults.house import House, inhabited, servers
from tests.faults.ledger import ENTRIES

ROUNDS = "--fault-rounds"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(ROUNDS, type=int, default=1, help="how many times as many rounds of faults to play")


@pytest.fixture(scope="session")
def times(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption(ROUNDS))


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that the database's user may reach."""
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="heatshield-faults-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def house(place: Path) -> AsyncIterator[House]:
    """A house over RabbitMQ, with no service started yet."""
    with servers(place) as (postgres, server):
        async with inhabited(postgres, server, place) as made:
            yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not ENTRIES:
        return
    columns = "{:44} {:>6} {:>12} {:>8} {:>5} {:>8} {:>7} {:>10}"
    terminalreporter.section("faults survived")
    heads = ("fault", "rounds", "acknowledged", "applied", "lost", "doubled", "parked", "recovery")
    terminalreporter.write_line(columns.format(*heads))
    for entry in ENTRIES:
        books = (
            entry.books.acknowledged,
            entry.books.applied,
            entry.books.lost,
            entry.books.doubled,
            entry.books.parked,
        )
        terminalreporter.write_line(
            columns.format(entry.fault, entry.rounds, *books, f"{entry.recovery_seconds:.1f} s")
        )
    kills = sum(entry.rounds for entry in ENTRIES if "killed" in entry.fault)
    lost, doubled = sum(e.books.lost for e in ENTRIES), sum(e.books.doubled for e in ENTRIES)
    terminalreporter.write_line(f"{kills} kills in all: {lost} lost, {doubled} doubled")
