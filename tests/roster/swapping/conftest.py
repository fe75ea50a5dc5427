"""Ruth, Tom and Sandra with contracts, each signed in."""

from typing import Any, NamedTuple

import pytest

from tests.roster.facts import RUTH, SANDRA, TOM, contract, hear
from tests.running import STRANGER, Running


class Team(NamedTuple):
    ruth: Any
    tom: Any
    sandra: Any


@pytest.fixture
async def team(roster: Running) -> Team:
    for who in (RUTH, TOM, SANDRA):
        await hear(roster, contract(who, 1800))
    return Team(*[await roster.client("roster", who) for who in (RUTH, TOM, SANDRA)])


@pytest.fixture
async def there(roster: Running, team: Team) -> Any:
    """The nurse of the borrowing team."""
    return await roster.client("roster", STRANGER)
