"""Queries about sign-ins."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlmodel import col

from services.common.db import Transaction
from services.identity.domain.sign_in import SignIn, SignInKind, fingerprint


async def by_secret(tx: Transaction, secret: str, kind: SignInKind) -> SignIn | None:
    """The sign-in that this secret belongs or belonged to, held until the transaction ends."""
    shown = fingerprint(secret)
    wanted = select(SignIn).where(
        or_(col(SignIn.secret) == shown, col(SignIn.secret_before) == shown), col(SignIn.kind) == kind
    )
    found: SignIn | None = (await tx.session.execute(wanted.with_for_update())).scalar_one_or_none()
    return found


async def by_session(tx: Transaction, session: str | None) -> SignIn | None:
    """The sign-in of this name, if it is one that is kept here."""
    try:
        wanted = select(SignIn).where(col(SignIn.id) == UUID(session or ""))
    except ValueError:
        return None
    found: SignIn | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


def devices_of(subject: str) -> Select[Any]:
    return select(SignIn).where(col(SignIn.subject) == subject, col(SignIn.kind) == SignInKind.DEVICE)


async def of_provider(tx: Transaction, issuer: str, session: str | None, subject: str | None) -> Sequence[SignIn]:
    """Those that began there and have not ended, by the provider's session or else by subject."""
    wanted = select(SignIn).where(col(SignIn.issuer) == issuer, col(SignIn.ended_at).is_(None))
    same = col(SignIn.issuer_session) == session if session else col(SignIn.subject) == subject
    return await tx.all(wanted.where(same).with_for_update())
