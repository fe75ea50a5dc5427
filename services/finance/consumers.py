"""What finance listens to. Each model names only the fields finance reads."""

from services.common import membership
from services.common.db import Transaction
from services.common.inbox import Subscription
from services.finance import usecases
from services.finance.domain.activity import RecordedContact
from services.finance.domain.contract import AgreedContract
from services.finance.domain.overhead import TeamMonth, ToldMonth
from services.finance.domain.reablement import AgreedReablement, DischargedEpisode


async def record_activity(tx: Transaction, fact: RecordedContact) -> None:
    await usecases.record_activity(tx, fact)


async def remember_contract(tx: Transaction, fact: AgreedContract) -> None:
    await usecases.remember_contract(tx, fact)


async def start_reablement(tx: Transaction, fact: AgreedReablement) -> None:
    await usecases.start_reablement(tx, fact)


async def end_reablement(tx: Transaction, fact: DischargedEpisode) -> None:
    await usecases.end_reablement(tx, fact.client_id, fact.model_dump(exclude={"client_id"}))


SUBSCRIPTIONS = (
    Subscription("caseload.care_contact.recorded.v1", RecordedContact, record_activity, one_by_one=True),
    Subscription("caseload.reablement.agreed.v1", AgreedReablement, start_reablement, one_by_one=True),
    Subscription("caseload.episode_of_care.discharged.v1", DischargedEpisode, end_reablement, one_by_one=True),
    Subscription("hr.contract.agreed.v1", AgreedContract, remember_contract, one_by_one=True),
    Subscription("roster.month.summed.v1", ToldMonth, copied_into=TeamMonth),
    membership.SUBSCRIPTION,
)
