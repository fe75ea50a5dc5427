"""How the partners of the whole installation have been answering."""

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.common.db import Transaction
from services.interop.domain.partner_health import PartnerHealth


async def of(tx: Transaction, name: str) -> PartnerHealth:
    """How this partner does, locked; begun where nothing is known of it yet."""
    begun = PartnerHealth.of(name, tx.now).model_dump()
    await tx.session.execute(insert(PartnerHealth).values(**begun).on_conflict_do_nothing())
    wanted = select(PartnerHealth).where(col(PartnerHealth.name) == name).with_for_update()
    found: PartnerHealth = (await tx.session.execute(wanted)).scalar_one()
    return found


def every() -> Select[tuple[PartnerHealth]]:
    return select(PartnerHealth)
