"""A browser signs in and out: it goes to its provider, comes back with a code, and leaves with a cookie."""

from typing import Annotated, Any

from fastapi import APIRouter, Cookie, Path, Query, Response
from fastapi.responses import RedirectResponse

from services.identity import usecases
from services.identity.api.open_route import NOT_KEPT, Begins, Form, Open, OpenRoute, Trusted, needed
from services.identity.domain.attempt import AWAITED, local_path
from services.identity.domain.oauth import InvalidGrant
from services.identity.domain.sign_in import SHIFT

router = APIRouter(prefix="/auth", tags=["sign-in"], route_class=OpenRoute)

# The prefix has the browser insist on https, this host alone and the whole site.
SESSION, ATTEMPT = "__Host-heatshield", "__Host-heatshield-sign-in"
LOCKED: dict[str, Any] = {"path": "/", "secure": True, "httponly": True, "samesite": "lax"}
Text = Annotated[str, Query(max_length=2000)]
LONGEST_AGE = int(SHIFT.total_seconds())
MaxAge = Annotated[int, Query(ge=0, le=LONGEST_AGE)]
Provider = Annotated[str, Path(pattern="^[a-z][a-z0-9-]*$", max_length=64)]


@router.get("/login/{provider}", response_model=None)
async def login(
    tx: Open, trust: Trusted, provider: Provider, return_to: Text = "/", max_age: MaxAge = LONGEST_AGE
) -> Response:
    """Send the browser to its provider, and keep what the answer will be held to. `max_age` is how many seconds ago
    somebody may have signed in there at most (RFC 9470)."""
    address, browser = usecases.begin_sign_in(tx, trust, provider, local_path(return_to), max_age)
    answer = RedirectResponse(address, 303, NOT_KEPT)
    answer.set_cookie(ATTEMPT, browser, max_age=int(AWAITED.total_seconds()), **LOCKED)
    return answer


@router.get("/callback", response_model=None)
async def callback(
    tx: Open,
    begin: Begins,
    trust: Trusted,
    state: Text = "",
    code: Text = "",
    iss: Text = "",
    browser: Annotated[str, Cookie(alias=ATTEMPT, max_length=200)] = "",
    before: Annotated[str, Cookie(alias=SESSION, max_length=200)] = "",
) -> Response:
    """The browser comes back from its provider; with the right code it is signed in, and as nobody else any longer."""
    if not (state and code and browser):
        raise InvalidGrant("incomplete")
    secret, return_to = await usecases.finish_sign_in(tx, begin, trust, state, browser, code, iss)
    if before:
        await usecases.end_earlier(tx, before)
    answer = RedirectResponse(return_to, 303, NOT_KEPT)
    answer.set_cookie(SESSION, secret, **LOCKED)
    answer.delete_cookie(ATTEMPT, **LOCKED)
    return answer


@router.post("/logout", status_code=204, response_model=None)
async def logout(tx: Open, secret: Annotated[str, Cookie(alias=SESSION, max_length=200)] = "") -> Response:
    """This browser is signed out."""
    if secret:
        await usecases.sign_out(tx, secret)
    answer = Response(status_code=204, headers=NOT_KEPT)
    answer.delete_cookie(SESSION, **LOCKED)
    return answer


@router.post("/backchannel-logout", response_model=None)
async def backchannel_logout(tx: Open, trust: Trusted, form: Form) -> Response:
    """A provider says that somebody signed out (OpenID Connect Back-Channel Logout 1.0)."""
    await usecases.logged_out_at_provider(tx, trust, needed(form, "logout_token"))
    return Response(status_code=200, headers=NOT_KEPT)
