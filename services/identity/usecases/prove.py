"""Who is asking: a process of ours or a partner's system, by an assertion that holds once."""

import logging
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager, suppress

from services.common.auth import Persona, Principal
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


# A transaction of its own, for what is over before a partner is asked and may take its time.
Begin = Callable[[], AbstractAsyncContextManager[Transaction]]


async def ask_for_keys(trust: Trust, token: str) -> None:
    """Have the keys of a trusted issuer at hand before a connection is taken. Whether the token holds is asked later.

    An issuer that is away is no reason to stop here: the proof will say so.
    """
    with suppress(Untrusted, Unavailable):
        issuer = trust.issuer(unproven_claims(token).get("iss"))
        if issuer is not None:
            await trust.keys_of(issuer).for_kid(header_of(token)["kid"])


async def ask_for_keys_of_system(begin: Begin, trust: Trust, assertion: str) -> None:
    """The same for a partner's system, which may publish its keys at an address of its own."""
    with suppress(Untrusted, Unavailable, InvalidClient):
        name, header = _claimed(assertion), header_of(assertion, {*HEADER, "jku"})
        async with begin() as first:
            system = await systems.by_oauth_client_id(first, name)
        if system is not None and system.jwks_url is not None:
            await trust.system_keys(system).for_kid(header["kid"])


async def proven_process(tx: Transaction, trust: Trust, assertion: str, audience: str) -> str:
    """The name of one of our processes. Raises `InvalidClient`."""
    name = _claimed(assertion)
    keys = trust.process_keys(name)
    if keys is None:
        raise InvalidClient("unknown_process")
    await _prove(tx, assertion, name, keys, rules.INSIDE_ALGORITHMS, audience)
    tx.asked_by(Principal(subject=name, persona=Persona.SERVICE))
    return name


async def proven_system(tx: Transaction, trust: Trust, assertion: str) -> RegisteredSystem:
    """The partner's system that signed this (SMART Backend Services).

    Raises `InvalidClient`, or `SlowDown` where that happens often. A good assertion is never held up by bad ones, which
    anybody can make.
    """
    system = await systems.by_oauth_client_id(tx, _claimed(assertion))
    if system is None:
        raise InvalidClient("unknown_system")
    try:
        _require_own_key_url(assertion, system)
        keys = trust.system_keys(system)
        await _prove(tx, assertion, system.oauth_client_id, keys, rules.ALGORITHMS, trust.token_url, {*HEADER, "jku"})
    except InvalidClient as error:
        log.warning("assertion refused", extra={"system": system.oauth_client_id, "reason": str(error)})
        if trust.failures.too_many(system.oauth_client_id):
            raise SlowDown(system.oauth_client_id) from error
        trust.failures.note(system.oauth_client_id)
        raise
    tx.asked_by(Principal(subject=system.oauth_client_id, persona=Persona(system.persona)))
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
