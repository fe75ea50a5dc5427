"""Caseload running with its photos in a folder, and one tablet of a nurse of the team."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.caseload.main import SERVICE
from tests.running import DEPUTY, Databases, Running, running
from tests.tablet.line import OnTablet, a_tablet


@pytest.fixture
async def caseload(databases: Databases, tmp_path: Path) -> AsyncIterator[Running]:
    async with running(databases, SERVICE, photo_store=(tmp_path / "photos").as_uri()) as system:
        await system.join("caseload")
        await system.join("caseload", employee=DEPUTY)
        yield system


@pytest.fixture
async def tablet(caseload: Running, tmp_path: Path) -> OnTablet:
    return await a_tablet(caseload, tmp_path)
