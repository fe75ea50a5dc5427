"""Refusals in the words of OAuth 2.0 (RFC 6749, 5.2), which is what a token endpoint answers with."""

from typing import ClassVar

from services.common.errors import ServiceError


class OAuthRefusal(ServiceError):
    """`reason` is for the log; the caller learns the error alone."""

    field = "/body"

    status: ClassVar[int] = 400
    error: ClassVar[str] = "invalid_request"
    way_out: ClassVar[str] = "Send a form with each of the parameters once."

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason or self.error)


class InvalidRequest(OAuthRefusal):
    """A parameter is missing, comes twice, or the body is no form."""


class UnsupportedGrantType(OAuthRefusal):
    error = "unsupported_grant_type"
    way_out = "Send a grant_type that the discovery document names."


class InvalidScope(OAuthRefusal):
    """SMART App Launch 2: what is malformed, missing or was not agreed beforehand is refused."""

    error = "invalid_scope"
    way_out = "Ask for scopes that were agreed, such as system/Patient.rs, with their letters in the order cruds."


class InvalidTarget(OAuthRefusal):
    """RFC 8693, 2.2.2."""

    error = "invalid_target"
    way_out = "Name the service that the token is for."


class InvalidGrant(OAuthRefusal):
    """What was to be exchanged holds no longer, or never did."""

    error = "invalid_grant"
    way_out = "Sign in again."


class NotKnownHere(OAuthRefusal):
    """Somebody signed in at their provider, and has no role or no account here."""

    status = 403
    error = "access_denied"
    way_out = "Choose a role of this trust when signing in. If there is none, ask HR to link this account to you."


class TooWeakASignIn(OAuthRefusal):
    """RFC 9470: what is behind this door needs a surer sign-in."""

    status = 403
    error = "insufficient_user_authentication"
    way_out = "Sign in with a smartcard, a security key or an authenticator, not with a password alone."


class InvalidClient(OAuthRefusal):
    """RFC 6749 leaves 400 or 401 open; here it is always 401."""

    status = 401
    error = "invalid_client"
    # All that it must be, for which of it was wrong is told to the log alone.
    way_out = (
        "Send a new client assertion (private_key_jwt): iss and sub are the name that was registered and confirmed, aud"
        " is this address letter for letter, exp is within five minutes, jti was not sent before, and kid names a key"
        " that is registered."
    )


class SlowDown(OAuthRefusal):
    """Who fails too often waits."""

    status = 429
    error = "slow_down"
    way_out = "Too many assertions of this client failed. Wait a minute, and mend them first."
