"""Tablets: signed in once for a shift, renewed without the provider, ended at once when one is lost."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.errors import NotFound
from services.common.paging import PageRequest, page
from services.identity.clients import Trust
from services.identity.domain.internal_token import Bearer
from services.identity.domain.oauth import InvalidGrant
from services.identity.domain.sign_in import NewDevice, SignIn, SignInKind, SignInNotFresh
from services.identity.store import ended, sign_ins
from services.identity.usecases.grant import public_token


async def sign_in_device(tx: Transaction, trust: Trust, new: NewDevice) -> tuple[SignIn, dict[str, Any]]:
    """Whoever is signed in goes on on this device, with a secret that is good for one renewal.

    Raises `SignInNotFresh`.
    """
    actor = tx.actor
    before = await sign_ins.by_session(tx, actor.session)
    if actor.through is not None or (before is not None and before.kind == SignInKind.DEVICE):
        raise SignInNotFresh
    bearer = Bearer(
        subject=actor.subject,
        persona=actor.persona,
        client_id=SignInKind.DEVICE,
        session=actor.session if before is None else before.issuer_session,
        assurance=actor.assurance,
        signed_in_at=actor.signed_in_at,
    )
    issuer = (actor.session or "").partition(":")[0] if before is None else before.issuer
    device, secret = SignIn.begun(SignInKind.DEVICE, bearer, issuer, tx.now, new.name)
    tx.add(device)
    await tx.session.flush()
    return device, {**public_token(tx, trust, device.bearer()), "refresh_token": secret}


async def renew_device(tx: Transaction, trust: Trust, secret: str) -> dict[str, Any] | None:
    """The next token and the next secret, or nothing: a secret that comes twice ends the sign-in for both who have it.

    Raises `InvalidGrant` for one that is unknown or too old.
    """
    device = await sign_ins.by_secret(tx, secret, SignInKind.DEVICE)
    if device is None or not device.holds(tx.now):
        raise InvalidGrant("no_device")
    tx.asked_by(device.bearer().principal())
    if device.was_replaced(secret):
        await _end(tx, device)
        return None
    if await ended.holds_for(tx, device.bearer(), int(device.began_at.timestamp())):
        raise InvalidGrant("ended")
    fresh = device.renewed(tx.now)
    return {**public_token(tx, trust, device.bearer()), "refresh_token": fresh}


async def list_devices(tx: Transaction, subject: str, request: PageRequest) -> dict[str, Any]:
    """The tablets that this person is or was signed in on."""
    return await page(tx, sign_ins.devices_of(subject), SignIn, request)


async def end_device(tx: Transaction, device_id: UUID, if_match: int, *, of_anybody: bool) -> SignIn:
    """It reads nothing more within seconds.

    Raises `NotFound` for somebody else's, `PreconditionFailed` or `SignInEnded`.
    """
    device = await tx.get(SignIn, device_id, lock=True)
    if device.kind != SignInKind.DEVICE or not (of_anybody or device.subject == tx.actor.subject):
        raise NotFound("sign_in")
    require_version(device, if_match)
    await _end(tx, device)
    await tx.session.flush()
    return device


async def _end(tx: Transaction, sign_in: SignIn) -> None:
    sign_in.end(tx.now)
    await ended.add(tx, ended.SESSION, str(sign_in.id))
