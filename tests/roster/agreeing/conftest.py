"""A team that plans its rota: Ruth, Tom and Sandra, cleared and signed in, with duty types and a fortnight to plan."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.roster.agreeing.made import Planning, say
from tests.roster.facts import RUTH, SANDRA, TOM, clearance, contract, hear
from tests.running import Running


@dataclass
class Team:
    ruth: Any
    tom: Any
    sandra: Any

    async def all_say(self, version: Any, answer: str = "ok") -> None:
        for member in (self.ruth, self.tom, self.sandra):
            assert (await say(member, version, answer)).status_code == 201


@pytest.fixture
async def team(roster: Running) -> Team:
    for who in (RUTH, TOM, SANDRA):
        await hear(roster, contract(who, 1800))
    await hear(roster, clearance(SANDRA), version=2)
    return Team(*[await roster.client("roster", who) for who in (RUTH, TOM, SANDRA)])


@pytest.fixture
async def planning(team: Team) -> Planning:
    return await Planning.begun(team.ruth)
