"""Keys that all replicas of one service have alike, and nobody else."""

import hmac

from services.common.settings import ServiceSettings


def derived_key(settings: ServiceSettings, purpose: str) -> bytes:
    """A key for one purpose alone, from the one secret that the replicas of a service share."""
    return hmac.digest(settings.client_key.encode(), purpose.encode(), "sha256")
