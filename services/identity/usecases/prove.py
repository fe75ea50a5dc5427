"""Who is asking: a process of ours or a partner's system, by an assertion that holds once."""

import logging
from collections.abc import Collection

from services.common.db import Transaction
from services.common.errors import Unavailable
from services.common.keys import Keys
from services.common.tokens import HEADER, Untrusted, header_of, proven_claims, unproven_claims
from services.identity.clients import Trust
from services.identity.domain import assertion as rules
from services.identity.domain.oauth import InvalidClient, SlowDown
from services.identity.domain.registered_system import RegisteredSystem
from services.identity.store import assertions, systems

log = logging.getLogger(__name__)


async def proven_process(tx: Transaction, trust: Trust, assertion: str, audience: str) -> str:
    """The name of one of our processes. Raises `InvalidClient`."""
    name = _claimed(assertion)
    keys = trust.process_keys(name)
    if keys is None:
        raise InvalidClient("unknown_process")
    await _prove(tx, assertion, name, keys, rules.INSIDE_ALGORITHMS, audience)
    return name


async def proven_system(tx: Transaction, trust: Trust, assertion: str) -> RegisteredSystem:
    """The partner's system that signed this (SMART Backend Services). Raises `InvalidClient` or `SlowDown`."""
    system = await systems.by_oauth_client_id(tx, _claimed(assertion))
    if system is None:
        raise InvalidClient("unknown_system")
    if trust.failures.too_many(system.oauth_client_id):
        raise SlowDown(system.oauth_client_id)
    try:
        _require_own_key_url(assertion, system)
        keys = trust.system_keys(system)
        await _prove(tx, assertion, system.oauth_client_id, keys, rules.ALGORITHMS, trust.token_url, {*HEADER, "jku"})
    except InvalidClient as error:
        trust.failures.note(system.oauth_client_id)
        log.warning("assertion refused", extra={"system": system.oauth_client_id, "reason": str(error)})
        raise
    return system


def _claimed(assertion: str) -> str:
    """Raises `InvalidClient`."""
    try:
        name = unproven_claims(assertion, {*HEADER, "jku"}).get("iss")
    except Untrusted as error:
        raise InvalidClient(str(error)) from error
    if not isinstance(name, str) or not 1 <= len(name) <= 255 or not name.isprintable():
        raise InvalidClient("iss")
    return name


def _require_own_key_url(assertion: str, system: RegisteredSystem) -> None:
    """An assertion may repeat where its key is published, and not say otherwise. Raises `InvalidClient`."""
    header = header_of(assertion, {*HEADER, "jku"})
    if "jku" in header and header["jku"] != system.jwks_url:
        raise InvalidClient("jku")


async def _prove(
    tx: Transaction,
    assertion: str,
    name: str,
    keys: Keys,
    algorithms: Collection[str],
    audience: str,
    header_names: Collection[str] = HEADER,
) -> None:
    try:
        claims = await proven_claims(assertion, keys, list(algorithms), {"JWT"}, header_names)
    except (Untrusted, Unavailable) as error:
        raise InvalidClient(str(error)) from error
    jti, until = rules.require(claims, name, audience, tx.now.timestamp())
    if not await assertions.use(tx, name, jti, until):
        raise InvalidClient("used_before")
