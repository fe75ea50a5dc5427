"""Statutory returns: asked for, looked at, fetched; each look at a file is on record with whom it is about."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.common.auth import Principal
from services.common.db import Database, Transaction
from services.common.errors import NotFound
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts
from services.interop.domain.rule import RuleCode
from services.interop.domain.share import UnknownConnection
from services.interop.domain.statutory_return import (
    CouncilNotSet,
    NewReturn,
    ProviderNotSet,
    ReturnKind,
    ReturnNotMade,
    ReturnStatus,
    ShareWithdrawnSince,
    StatutoryReturn,
    TooManyReturns,
)
from services.interop.returns import periods
from services.interop.settings import InteropSettings
from services.interop.store import council
from services.interop.store import returns as store


async def ask_for_return(tx: Transaction, new: NewReturn, settings: InteropSettings) -> StatutoryReturn:
    """Have a return made in the background. Raises `ProviderNotSet`, `CouncilNotSet`, `UnknownConnection`,
    `PeriodUnknown`, `PeriodNotBegun` or `TooManyReturns`."""
    await _require_set_up(tx, new, settings)
    found = (periods.csds if new.kind is ReturnKind.CSDS else periods.cld)(new.period, tx.today)
    await tx.take_turns("statutory_return")
    days, most = await amounts(tx, tx.today, RuleCode.RETURN_DAYS, RuleCode.RETURNS_AT_ONCE)
    if await store.waiting(tx) >= most:
        raise TooManyReturns
    asked = StatutoryReturn.asked(new, found.from_on, found.to_on, tx.now, timedelta(days=days))
    tx.add(asked)
    return asked


async def _require_set_up(tx: Transaction, new: NewReturn, settings: InteropSettings) -> None:
    if new.kind is ReturnKind.CSDS and not (settings.ods_code and settings.returns_commissioner):
        raise ProviderNotSet
    if new.kind is ReturnKind.CLD and not settings.returns_council_code:
        raise CouncilNotSet
    if new.connection_id is not None and await council.connection(tx, new.connection_id) is None:
        raise UnknownConnection


async def look_at_return(tx: Transaction, return_id: UUID) -> StatutoryReturn:
    """How far a return is, how often which rule was broken, and its files. Raises `NotFound`."""
    found = await tx.get(StatutoryReturn, return_id)
    if found.expires_at <= tx.now:
        raise NotFound("return")
    return found


async def list_returns(tx: Transaction, request: PageRequest, *, kind: str | None) -> dict[str, Any]:
    """What was asked for, the newest first."""
    return await page(tx, store.returns(kind=kind), StatutoryReturn, request, newest_first=True)


async def open_return_file(tx: Transaction, return_id: UUID, name: str) -> dict[str, Any]:
    """One file as its return tells of it. Everybody whom it is about is put on record as read.

    Raises `NotFound`, `ReturnNotMade` or `ShareWithdrawnSince`.
    """
    found = await look_at_return(tx, return_id)
    if found.status != ReturnStatus.MADE:
        raise ReturnNotMade
    if found.connection_id is not None and await store.is_withdrawn_since(tx, found):
        raise ShareWithdrawnSince
    told = next((one for one in found.files if one["name"] == name), None)
    if told is None:
        raise NotFound("file")
    tx.concerns(*await store.people_in(tx, return_id, name))
    return told


async def read_return_file(database: Database, caller: Principal, return_id: UUID, name: str) -> AsyncIterator[str]:
    """The file part by part, so that no more than one part of it is held at once."""
    number = 0
    while True:
        async with database.transaction(caller) as tx:
            body = await store.part(tx, return_id, name, number)
        if body is None:
            return
        yield body
        number += 1
