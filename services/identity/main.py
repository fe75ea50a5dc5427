"""Identity, assembled. Run alone: `python -m services serve identity`."""

from fastapi import FastAPI

from services.common.broker import Broker
from services.common.peers import Mounts
from services.common.service import Runtime, Service
from services.common.settings import ServiceSettings
from services.identity import usecases
from services.identity.api import ROUTERS
from services.identity.api.open_route import HANDLERS
from services.identity.clients import Trust
from services.identity.consumers import SUBSCRIPTIONS
from services.identity.domain.base import Base
from services.identity.settings import IdentitySettings


def furnish(app: FastAPI, runtime: Runtime) -> None:
    if not isinstance(runtime.settings, IdentitySettings):
        raise TypeError("identity needs its own settings")
    app.state.trust = Trust(runtime.settings, runtime.http, runtime.outside)


SERVICE = Service(
    name="identity",
    summary="Who may sign in, what tokens become inside, and how a sign-in ends.",
    metadata=Base.metadata,
    routers=ROUTERS,
    subscriptions=SUBSCRIPTIONS,
    background=(usecases.forget_old,),
    error_handlers=HANDLERS,
    settings_type=IdentitySettings,
    furnish=furnish,
)


def create_app(
    settings: ServiceSettings | None = None, *, broker: Broker | None = None, mounts: Mounts | None = None
) -> FastAPI:
    return SERVICE.app(settings, broker=broker, mounts=mounts)
