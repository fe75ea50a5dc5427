"""Web Push: a short message to one device through its maker's push service, which cannot read it.

RFC 8030 carries it, RFC 8291 and RFC 8188 encrypt it for the device alone, and RFC 8292 (VAPID) says who sends it.
"""

import json
import time

import http_ece
import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey
from yarl import URL

from services.caseload.domain.push import Push, from_base64url, in_base64url
from services.common.derived import derived_key
from services.common.settings import ServiceSettings

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# The service keeps it so long for a device that is off; by then somebody else was told.
KEPT_SECONDS = 3600
# RFC 8292, section 2: a day at the most.
SIGNED_SECONDS = 3600
SECONDS = 10


def sender_key(settings: ServiceSettings) -> ec.EllipticCurvePrivateKey:
    """The key by which push services know us: all replicas have it alike, and it changes with the service's own."""
    drawn = int.from_bytes(derived_key(settings, "web-push"), "big")
    return ec.derive_private_key(drawn % (ORDER - 1) + 1, CURVE)


def public_point(key: ec.EllipticCurvePrivateKey) -> str:
    """What an app gives to `pushManager.subscribe` as `applicationServerKey`."""
    numbers = key.public_key().public_numbers()
    return in_base64url(b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big"))


def sealed(push: Push) -> bytes:
    """The message, which the device alone can read."""
    words = json.dumps({"alert_id": str(push.alert_id), "kind": push.kind}).encode()
    body: bytes = http_ece.encrypt(
        words,
        private_key=ec.generate_private_key(CURVE),
        dh=from_base64url(push.p256dh),
        auth_secret=from_base64url(push.auth),
        version="aes128gcm",
    )
    return body


def _authorization(endpoint: str, settings: ServiceSettings) -> str:
    key = sender_key(settings)
    claims = {
        "aud": str(URL(endpoint).origin()),
        "exp": int(time.time()) + SIGNED_SECONDS,
        "sub": settings.issuer,
    }
    token = jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, ECKey.import_key(_as_jwk(key)))
    return f"vapid t={token}, k={public_point(key)}"


def _as_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str | list[str]]:
    numbers = key.private_numbers()
    parts = {"x": numbers.public_numbers.x, "y": numbers.public_numbers.y, "d": numbers.private_value}
    return {"kty": "EC", "crv": "P-256", **{name: in_base64url(one.to_bytes(32, "big")) for name, one in parts.items()}}


async def send(outside: httpx.AsyncClient, push: Push, settings: ServiceSettings) -> int | None:
    """The status that the push service answers with; None where it does not answer."""
    headers = {
        "Authorization": _authorization(push.endpoint, settings),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_SECONDS),
        "Urgency": "high",
    }
    try:
        answer = await outside.post(push.endpoint, content=sealed(push), headers=headers, timeout=SECONDS)
    except httpx.HTTPError:
        return None
    return answer.status_code
