"""The ledger: double entry in integer pence, debit positive and credit negative, entered once and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, col

from services.common.models import TeamOwned, only_states
from services.finance.domain.base import PENCE, Base


class Account(StrEnum):
    CARE_STAFF_COST = "care_staff_cost"
    POOLED_FUND = "pooled_fund"


class Book(StrEnum):
    CARE = "care"


class JournalKind(StrEnum):
    """Why a journal was entered: care was costed, what it had cost before was put right, or a budget took over the
    cost of days before it was agreed."""

    CONTACT_COSTED = "contact_costed"
    COST_CORRECTED = "cost_corrected"
    COST_TAKEN_UP = "cost_taken_up"


class Journal(TeamOwned, Base, table=True):
    """One entry of a balanced set of postings. Its source names what caused it and at which version of that, so that
    it is entered once."""

    book: str = Book.CARE
    entry_on: date
    kind: str
    source_id: UUID
    source_version: int
    line_count: int


class Posting(Base, table=True):
    """One line of a journal. The database refuses a set that does not sum to nought when it commits."""

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("amount_pence <> 0", name="posting_amount_not_nought"),
        CheckConstraint("line_no > 0", name="posting_line_no_positive"),
    )

    journal_id: UUID = Field(primary_key=True, foreign_key="journal.id")
    line_no: int = Field(primary_key=True)
    team_id: UUID
    account: str
    amount_pence: int = Field(sa_type=PENCE)
    budget_id: UUID | None = Field(default=None, foreign_key="budget.id", index=True)


@dataclass(frozen=True)
class Entry:
    """A journal with its postings, before they are written."""

    journal: Journal
    postings: Sequence[Posting]


Line = tuple[Account, int, UUID | None]
Source = tuple[UUID, int]


def contact_costed(
    kind: JournalKind, source: Source, *, team_id: UUID, budget_id: UUID | None, on: date, pence: int, now: datetime
) -> Entry:
    """The pooled fund pays for the time of the staff, or less or more than it had paid for the same contact."""
    lines = [(Account.CARE_STAFF_COST, pence, budget_id), (Account.POOLED_FUND, -pence, budget_id)]
    return _entry(kind, source, team_id, on, lines, now)


def cost_taken_up(source_id: UUID, *, team_id: UUID, budget_id: UUID, on: date, pence: int, now: datetime) -> Entry:
    """A budget agreed later takes over what one of its days had cost before."""
    lines = [
        (Account.CARE_STAFF_COST, -pence, None),
        (Account.POOLED_FUND, pence, None),
        (Account.CARE_STAFF_COST, pence, budget_id),
        (Account.POOLED_FUND, -pence, budget_id),
    ]
    return _entry(JournalKind.COST_TAKEN_UP, (source_id, 1), team_id, on, lines, now)


def _entry(kind: JournalKind, source: Source, team_id: UUID, on: date, lines: Sequence[Line], now: datetime) -> Entry:
    journal = Journal(
        team_id=team_id,
        entry_on=on,
        kind=kind,
        source_id=source[0],
        source_version=source[1],
        line_count=len(lines),
        changed_at=now,
    )
    postings = [
        Posting(
            journal_id=journal.id,
            line_no=number,
            team_id=team_id,
            account=account,
            amount_pence=pence,
            budget_id=budget_id,
        )
        for number, (account, pence, budget_id) in enumerate(lines, start=1)
    ]
    return Entry(journal, postings)


only_states(Journal, "book", Book)
only_states(Journal, "kind", JournalKind)
only_states(Posting, "account", Account)
Index("journal_source", col(Journal.source_id), col(Journal.source_version), unique=True)
Index("ix_journal_team_day", col(Journal.team_id), col(Journal.entry_on))
Index("posting_without_budget", col(Posting.team_id), postgresql_where=text("budget_id is null"))
