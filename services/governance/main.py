"""Governance, assembled. Run alone: `python -m services serve governance`."""

from fastapi import FastAPI

from services.common.broker import Broker
from services.common.peers import Mounts
from services.common.service import Service
from services.common.settings import ServiceSettings
from services.governance.api import ROUTERS
from services.governance.consumers import SUBSCRIPTIONS
from services.governance.domain.base import Base

SERVICE = Service(
    name="governance",
    summary="How the team decides, what holds it up, and what can be counted of its work.",
    metadata=Base.metadata,
    routers=ROUTERS,
    subscriptions=SUBSCRIPTIONS,
)


def create_app(
    settings: ServiceSettings | None = None, *, broker: Broker | None = None, mounts: Mounts | None = None
) -> FastAPI:
    return SERVICE.app(settings, broker=broker, mounts=mounts)
