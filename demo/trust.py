"""Whom a development installation trusts: its own processes, by keys made for this start, and the made-up people."""

from collections.abc import Iterable, Mapping
from typing import Any

from devissuer.main import AUDIENCE, ISSUER, LIFE_SECONDS
from services.common.assertions import new_key, public_key


def process_keys(services: Iterable[str]) -> dict[str, str]:
    """A private key for each process, the gateway's included."""
    return {name: new_key() for name in ("gateway", *services)}


def processes(keys: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """By which public key identity knows each process."""
    return {f"svc:{name}": public_key(pem) for name, pem in keys.items()}


def development_issuer(jwks_url: str) -> dict[str, Any]:
    """The provider at which anybody of the demo signs in without a password."""
    return {
        "name": "dev",
        "issuer": ISSUER,
        "jwks_url": jwks_url,
        "algorithms": ["ES256"],
        "audience": AUDIENCE,
        "longest_seconds": LIFE_SECONDS,
    }
