"""How what a council is to be told gets there; operations choose it for each connection."""

import base64
import binascii
import re
from enum import StrEnum

# Standard Webhooks 1.0.0: a symmetric secret is 24 to 64 random bytes; ed25519 signs with a seed of 32.
SYMMETRIC, SIGNING = "whsec_", "whsk_"
SECRET_BYTES, SEED_BYTES = range(24, 65), 32
BEARER = re.compile(r"[!-~]{16,4000}")
SFTP = re.compile(
    r"sftp://(?P<user>[A-Za-z0-9._-]{1,64})@(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?(?P<path>(?:/[\w.-]+)*)",
    re.ASCII,
)
HOST_KEY = re.compile(r"(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) [A-Za-z0-9+/]{40,1000}={0,2}")


class Adapter(StrEnum):
    """A signed webhook; a FHIR STU3 endpoint as Nottinghamshire has it; files in a folder or over SFTP; a file of each
    day that the council's system fetches; or a social worker who copies a pack of texts into the council's own portal.
    """

    WEBHOOK = "webhook"
    FHIR_STU3 = "fhir_stu3"
    FOLDER = "folder"
    SFTP = "sftp"
    DAILY_CSV = "daily_csv"
    PORTAL = "portal"


OVER_HTTP = frozenset({Adapter.WEBHOOK, Adapter.FHIR_STU3})
BY_FILE = frozenset({Adapter.FOLDER, Adapter.SFTP})


def require_secret(adapter: Adapter, text: str) -> None:
    """Raises `ValueError` for what is no secret of this adapter."""
    if adapter not in OVER_HTTP:
        raise ValueError("is for a webhook or a FHIR endpoint alone: leave it out")
    if adapter is Adapter.FHIR_STU3:
        if not BEARER.fullmatch(text):
            raise ValueError("must be the bearer token that the council gave, of 16 letters or more")
    elif not _signs(text):
        raise ValueError("must be whsec_ and 24 to 64 random bytes in base64, or whsk_ and 32")


def _signs(text: str) -> bool:
    prefix = next((one for one in (SYMMETRIC, SIGNING) if text.startswith(one)), "")
    try:
        key = base64.b64decode(text.removeprefix(prefix), validate=True)
    except (binascii.Error, ValueError):
        return False
    return bool(prefix) and (len(key) == SEED_BYTES if prefix == SIGNING else len(key) in SECRET_BYTES)


def require_url(adapter: Adapter, url: str) -> None:
    """Raises `ValueError` for an address that this adapter cannot go to."""
    if adapter in OVER_HTTP and not url.startswith(("http://", "https://")):
        raise ValueError("must be the https address of a webhook or a FHIR endpoint")
    if adapter is Adapter.SFTP and not SFTP.fullmatch(url):
        raise ValueError("must be such as sftp://heatshield@files.council.example/drop")
    if adapter in (Adapter.FOLDER, Adapter.PORTAL, Adapter.DAILY_CSV) and url:
        raise ValueError("is for what we send over the network: leave it out")


def require_host_key(adapter: Adapter, host_key: str | None) -> None:
    """Raises `ValueError` where SFTP has no key to know the server by, or anything else has one."""
    if adapter is Adapter.SFTP and host_key is None:
        raise ValueError("must be the server's public key, such as ssh-keyscan prints after the server's name")
    if adapter is not Adapter.SFTP and host_key is not None:
        raise ValueError("goes with sftp alone: leave it out")


def require_fetcher(adapter: Adapter, refers_as: str | None) -> None:
    """Raises `ValueError` where nobody is named who fetches."""
    if adapter is Adapter.DAILY_CSV and refers_as is None:
        raise ValueError("must name the system that fetches the file of each day, as its sign-in does")
