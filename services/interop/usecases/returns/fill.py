"""Which facts go into which return, person by person."""

from collections.abc import Iterable

from services.common.db import Transaction
from services.interop.domain.statutory_return import StatutoryReturn
from services.interop.returns.cld import rules as cld_rules
from services.interop.returns.cld.fields import FIELDS
from services.interop.returns.cld.fill import TABLE, Agreed, Council
from services.interop.returns.cld.fill import Filler as CldFiller
from services.interop.returns.codes import NationalCodes
from services.interop.returns.csds import fill, rules, tables
from services.interop.returns.csds.fill import Course, Filler, Provider
from services.interop.returns.rows import Period, Row
from services.interop.settings import InteropSettings
from services.interop.store import returns as store
from services.interop.usecases.returns.files import Files


async def csds(tx: Transaction, asked: StatutoryReturn, settings: InteropSettings, files: Files) -> None:
    """The tables of one month, each row looked at before it is taken."""
    month = Period(asked.from_on, asked.to_on)
    organisation = Provider(settings.ods_code, settings.returns_submitter, settings.returns_commissioner)
    codes = NationalCodes.on(month.to_on, await store.national_codes(tx))
    filler, checker = Filler(organisation, month, codes), rules.Checker(month, tx.today)
    every = (tables.HEADER, *tables.TABLES, tables.STAFF)
    await files.begin((one.name, one.columns) for one in every)
    checker.begin()
    head = Row(tables.HEADER.name, "", fill.header(organisation, month, asked.asked_at), ())
    staff: dict[str, Row] = {}
    await _take(files, checker, [head])
    async for facts in store.courses(tx, month):
        checker.begin()
        await _take(files, checker, filler.rows(Course.of(facts)), staff)
    checker.begin()
    await _take(files, checker, staff.values())


async def _take(files: Files, checker: rules.Checker, rows: Iterable[Row], staff: dict[str, Row] | None = None) -> None:
    for row, faults, stays in checker.looked_at(rows):
        await files.take(row, faults, stays=stays)
        by = row.values.get(tables.PROFESSIONAL)
        if stays and staff is not None and by:
            staff.setdefault(by, Row(tables.STAFF.name, by, {tables.PROFESSIONAL: by}, row.sources))


async def cld(tx: Transaction, asked: StatutoryReturn, settings: InteropSettings, files: Files) -> None:
    """One council's rows of twelve months: of the clients who share something with it, and of what they share alone."""
    if asked.connection_id is None:
        raise LookupError("rows for a council are asked for by its connection")
    period = Period(asked.from_on, asked.to_on)
    council = Council(settings.returns_council_code, settings.returns_cqc_location)
    codes = NationalCodes.on(period.to_on, await store.national_codes(tx))
    filler, checker = CldFiller(council, period, tx.today, codes), cld_rules.Checker(period)
    await files.begin([(TABLE, FIELDS)])
    before = await store.made_before(tx, asked)
    if before is not None:
        checker.remember([line async for line in store.lines(tx, before, f"{TABLE}.csv")])
    async for facts in store.courses(tx, period, store.who_share(asked.connection_id, tx.today)):
        checker.begin()
        for share, case_id in await store.shares(tx, facts, asked.connection_id, tx.today):
            reviewed = await store.reviewed(tx, share, period)
            rows = filler.rows(Course.of(facts), Agreed.of(share, case_id), reviewed)
            for row, faults, stays in checker.looked_at(rows):
                await files.take(row, faults, stays=stays)
    for fault in checker.dropped():
        await files.tell(fault)
