"""Interop, assembled. Run alone: `python -m services serve interop`."""

from fastapi import FastAPI

from services.common.broker import Broker
from services.common.peers import Mounts
from services.common.service import Runtime, Service
from services.common.settings import ServiceSettings
from services.interop import usecases
from services.interop.api import ROUTERS
from services.interop.api.fhir_errors import HANDLERS
from services.interop.consumers import SUBSCRIPTIONS
from services.interop.domain.base import Base
from services.interop.partners.gpconnect.structured import GpConnect
from services.interop.partners.pds.client import Pds
from services.interop.settings import InteropSettings
from services.interop.usecases.extracts import forget_extracts, take_extracts
from services.interop.usecases.measured import PARTNERS
from services.interop.usecases.unit_entries import end_leases
from services.interop.worker import listen


def _furnish(app: FastAPI, runtime: Runtime) -> None:
    settings = InteropSettings.of(runtime.settings)
    app.state.pds = Pds.of(runtime.http, settings.pds_url, settings.nhs_client)
    app.state.gp_connect = GpConnect(runtime.http, settings.gpconnect_url, settings.gpconnect_asid)


SERVICE = Service(
    name="interop",
    summary="The partners: FHIR R4 and UK Core for the NHS, signed events for councils.",
    metadata=Base.metadata,
    routers=ROUTERS,
    subscriptions=SUBSCRIPTIONS,
    background=(
        usecases.deliver_facts(),
        usecases.give_up_waiting(),
        usecases.take_answers(),
        usecases.watch_feed,
        usecases.keep_feed_for_a_while,
        usecases.make_exports(),
        usecases.remove_expired_exports,
        usecases.number_changes(),
        usecases.notify(),
        usecases.forget_old_events,
        usecases.send_responses(),
        usecases.forget_strangers,
        usecases.make_returns(),
        usecases.remove_expired_returns,
        usecases.exchange_gp_documents(),
        take_extracts(),
        forget_extracts,
        end_leases(),
    ),
    error_handlers=HANDLERS,
    settings_type=InteropSettings,
    furnish=_furnish,
    worker=listen,
    counted=(PARTNERS,),
)


def create_app(
    settings: ServiceSettings | None = None, *, broker: Broker | None = None, mounts: Mounts | None = None
) -> FastAPI:
    return SERVICE.app(settings, broker=broker, mounts=mounts)
