"""Why a version is as it is, with no solver in sight."""

from dataclasses import dataclass
from uuid import UUID

from services.common.db import Transaction
from services.roster.domain.rota import Share
from services.roster.domain.rota.problem import Problem
from services.roster.domain.rota.scored import Score
from services.roster.domain.rota_version.version import RotaVersion
from services.roster.usecases.rota import score_of


@dataclass(frozen=True)
class Explanation:
    """A version with what it costs now, by the team's own prices."""

    rota_version: RotaVersion
    problem: Problem
    score: Score
    shares: tuple[Share, ...]


async def explain_version(tx: Transaction, version_id: UUID) -> Explanation:
    """Raises `NotFound`."""
    return Explanation(await tx.get(RotaVersion, version_id), *await score_of(tx, version_id))
