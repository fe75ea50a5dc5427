"""Identity over HTTP: OAuth's own endpoints, the processes' inside ones, and the API of devices and clients."""

from services.identity.api import devices, inside, sign_in, staff_accounts, systems, token

ROUTERS = (
    inside.router,
    inside.polled,
    inside.published,
    token.router,
    token.published,
    sign_in.router,
    devices.enrolling,
    devices.router,
    staff_accounts.router,
    systems.router,
)
