"""Roster, assembled. Run alone: `python -m services serve roster`."""

from fastapi import FastAPI

from services.common.broker import Broker
from services.common.peers import Mounts
from services.common.service import Service
from services.common.settings import ServiceSettings
from services.roster.api import ROUTERS
from services.roster.consumers import SUBSCRIPTIONS
from services.roster.domain.base import Base
from services.roster.settings import RosterSettings
from services.roster.usecases import capacity, resting, travelling, visiting
from services.roster.usecases.jobs.measured import JOBS
from services.roster.worker import work, work_beside

SERVICE = Service(
    name="roster",
    summary="Shifts, visit plans and visits, and how the team's time is spent.",
    metadata=Base.metadata,
    routers=ROUTERS,
    subscriptions=SUBSCRIPTIONS,
    background=(
        work_beside,
        visiting.watch_late_visits,
        visiting.watch_series,
        capacity.watch_floors,
        capacity.watch_months,
        travelling.watch_drives,
        travelling.watch_homes,
        travelling.watch_ways,
        resting.watch_rest,
    ),
    settings_type=RosterSettings,
    worker=work,
    counted=(JOBS,),
)


def create_app(
    settings: ServiceSettings | None = None, *, broker: Broker | None = None, mounts: Mounts | None = None
) -> FastAPI:
    return SERVICE.app(settings, broker=broker, mounts=mounts)
