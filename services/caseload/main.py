"""Caseload, assembled. Run alone: `python -m services serve caseload`."""

from fastapi import FastAPI

from services.caseload import usecases
from services.caseload.api import ROUTERS
from services.caseload.consumers import SUBSCRIPTIONS
from services.caseload.domain.base import Base
from services.caseload.usecases import team, tell
from services.common.broker import Broker
from services.common.peers import Mounts
from services.common.service import Service
from services.common.settings import ServiceSettings

SERVICE = Service(
    name="caseload",
    summary="The client's record: referral, assessment, care plan, contacts and outcomes.",
    metadata=Base.metadata,
    routers=ROUTERS,
    subscriptions=SUBSCRIPTIONS,
    background=(usecases.expire_handovers, tell.watch_alerts, tell.send_pushes, team.forget_declined),
)


def create_app(
    settings: ServiceSettings | None = None, *, broker: Broker | None = None, mounts: Mounts | None = None
) -> FastAPI:
    return SERVICE.app(settings, broker=broker, mounts=mounts)
