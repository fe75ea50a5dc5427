"""Why a version is as it is, with no solver in sight."""

from dataclasses import dataclass
from uuid import UUID

from services.common.db import Transaction
from services.roster.domain.rota import Share
from services.roster.domain.rota.problem import Problem, Roster
from services.roster.domain.rota.scored import Score
from services.roster.domain.rota_version.duty import by_cell, roster_of
from services.roster.domain.rota_version.rota import Rota
from services.roster.domain.rota_version.version import RotaVersion
from services.roster.store import rota_versions
from services.roster.usecases.rota import score_of
from services.roster.usecases.rota.load import judged_by


@dataclass(frozen=True)
class Explanation:
    """A version with what it costs now, by the team's own prices."""

    rota_version: RotaVersion
    problem: Problem
    score: Score
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class LaidOut:
    """A version by member and day, beside what it has to meet."""

    rota_version: RotaVersion
    problem: Problem
    roster: Roster


async def laid_out(tx: Transaction, version_id: UUID) -> LaidOut:
    """Raises `NotFound`."""
    version = await tx.get(RotaVersion, version_id)
    problem = await judged_by(tx, await tx.get(Rota, version.rota_id), version)
    return LaidOut(version, problem, roster_of(problem, by_cell(await rota_versions.duties_of(tx, version.id))))


async def explain_version(tx: Transaction, version_id: UUID) -> Explanation:
    """Raises `NotFound`."""
    return Explanation(await tx.get(RotaVersion, version_id), *await score_of(tx, version_id))
