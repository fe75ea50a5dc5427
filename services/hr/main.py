"""hr, assembled. Run alone: `python -m services serve hr`."""

from fastapi import FastAPI

from services.common.broker import Broker
from services.common.peers import Mounts
from services.common.service import Service
from services.common.settings import ServiceSettings
from services.hr.api import ROUTERS
from services.hr.consumers import SUBSCRIPTIONS
from services.hr.domain.base import Base
from services.hr.settings import HrSettings

SERVICE = Service(
    name="hr",
    summary="The people: employees, team memberships, contracts, DBS checks and hours.",
    metadata=Base.metadata,
    routers=ROUTERS,
    subscriptions=SUBSCRIPTIONS,
    settings_type=HrSettings,
)


def create_app(
    settings: ServiceSettings | None = None, *, broker: Broker | None = None, mounts: Mounts | None = None
) -> FastAPI:
    return SERVICE.app(settings, broker=broker, mounts=mounts)
