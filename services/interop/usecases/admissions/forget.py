"""Most of a hospital's patients are no clients of a team: what was told of them is forgotten after a while."""

from datetime import timedelta

from services.common.auth import SYSTEM
from services.common.rulebook import amounts
from services.common.service import Runtime
from services.common.watching import keep_on
from services.interop.domain.rule import RuleCode
from services.interop.store import adt as store
from services.interop.usecases.admissions.answer import ENGINE

LOOK_SECONDS = 3600.0


async def forget_strangers(runtime: Runtime) -> None:
    """The work of one process beside its requests: messages that ended in no stay are kept as long as the rule says."""

    async def look() -> None:
        async with runtime.database.transaction(SYSTEM) as tx:
            (days,) = await amounts(tx, tx.today, RuleCode.STRANGER_DAYS)
            await store.forget_strangers(tx, ENGINE.subject, tx.now - timedelta(days=days))

    await keep_on("adt_strangers", LOOK_SECONDS, look)
