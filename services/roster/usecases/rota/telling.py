"""The others hear that a rota was proposed, agreed or published: ids, days, codes and counts."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.roster.domain.rota_version.consent import RotaDecision
from services.roster.domain.rota_version.rota import Rota
from services.roster.domain.rota_version.version import RotaVersion
from services.roster.events import RotaAgreed, RotaProposed, RotaPublished
from services.roster.store import rota_versions


async def tell_of_proposed(tx: Transaction, rota: Rota, version: RotaVersion) -> None:
    tx.publish(RotaProposed(**await _about(tx, rota, version)), about=version)


async def tell_of_agreed(tx: Transaction, version: RotaVersion, decision: RotaDecision) -> None:
    about = await _about(tx, await tx.get(Rota, version.rota_id), version)
    how = {name: getattr(decision, name) for name in ("quorum_have", "quorum_of", "decision_id")}
    tx.publish(RotaAgreed(**about, **how), about=version)


async def tell_of_published(tx: Transaction, rota: Rota, version: RotaVersion, amends: UUID | None) -> None:
    about = await _about(tx, rota, version)
    why: dict[str, Any] = {"reason": version.reason, "is_urgent": version.urgency is not None}
    tx.publish(RotaPublished(**about, **why, amends_version_id=amends), about=version)


async def _about(tx: Transaction, rota: Rota, version: RotaVersion) -> dict[str, Any]:
    duties = await rota_versions.duties_of(tx, version.id)
    return {
        "rota_id": rota.id,
        "rota_version_id": version.id,
        "team_id": rota.team_id,
        "number": version.number,
        "from_on": rota.from_on,
        "until_on": rota.to_on,
        "duties": len(duties),
        "people": len({duty.employee_id for duty in duties}),
        "breaches": version.breaches or 0,
    }
