"""A client's assertion of who it is (RFC 7523, SMART Backend Services): once, for five minutes, and for us alone."""

from typing import Any

from services.common.tokens import LEEWAY_SECONDS
from services.identity.domain.oauth import InvalidClient

ALGORITHMS = ("ES384", "RS384")
INSIDE_ALGORITHMS = ("ES256",)
LONGEST_SECONDS = 300
MAX_JTI = 255


def require(claims: dict[str, Any], client_id: str, audience: str, now: float) -> tuple[str, int]:
    """What makes the assertion unique, and until when it would hold. Raises `InvalidClient`."""
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise InvalidClient("iss_or_sub")
    if claims.get("aud") not in (audience, [audience]):
        raise InvalidClient("aud")
    until, jti = claims.get("exp"), claims.get("jti")
    if type(until) is not int or not now < until <= now + LONGEST_SECONDS + LEEWAY_SECONDS:
        raise InvalidClient("exp")
    if not isinstance(jti, str) or not 1 <= len(jti) <= MAX_JTI or not jti.isprintable():
        raise InvalidClient("jti")
    for name in ("iat", "nbf"):
        if name in claims and (type(claims[name]) is not int or claims[name] > now + LEEWAY_SECONDS):
            raise InvalidClient(name)
    return jti, until
