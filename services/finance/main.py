"""Finance, assembled. Run alone: `python -m services serve finance`."""

from fastapi import FastAPI

from services.common.broker import Broker
from services.common.peers import Mounts
from services.common.service import Service
from services.common.settings import ServiceSettings
from services.finance import usecases
from services.finance.api import ROUTERS
from services.finance.consumers import SUBSCRIPTIONS
from services.finance.domain.base import Base

SERVICE = Service(
    name="finance",
    summary="Money: rates, the cost of care, pooled budgets, the ledger and the reablement clock.",
    metadata=Base.metadata,
    routers=ROUTERS,
    subscriptions=SUBSCRIPTIONS,
    background=(usecases.ask_for_decisions(),),
)


def create_app(
    settings: ServiceSettings | None = None, *, broker: Broker | None = None, mounts: Mounts | None = None
) -> FastAPI:
    return SERVICE.app(settings, broker=broker, mounts=mounts)
