"""Controlled drugs: a running balance of the stock at the client's, and counts that two people make."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field as Shape
from sqlalchemy import CheckConstraint, Index, Table
from sqlmodel import Field, col
from uuid6 import uuid7

from services.caseload.domain.base import Base
from services.caseload.domain.medicine import Medicine, StockAmount
from services.common.errors import Conflict, Forbidden, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input, NewId, PastInstant


class Movement(StrEnum):
    """What changed the balance. Delivered and returned (to the pharmacy, say) are recorded; the others follow."""

    DELIVERED = "delivered"
    RETURNED = "returned"
    ADMINISTERED = "administered"
    COUNTED = "counted"


class RecordedMovement(StrEnum):
    DELIVERED = "delivered"
    RETURNED = "returned"


class NewStockEntry(Input):
    """Stock came, or left without being given."""

    id: NewId
    medicine_id: UUID
    movement: RecordedMovement
    quantity: StockAmount
    happened_at: PastInstant


class NewStockCount(Input):
    """What one person counted; another confirms it."""

    id: NewId
    medicine_id: UUID
    counted: Annotated[int, Shape(strict=True, ge=0, le=1_000_000)]


class NotAControlledDrug(Unprocessable):
    """Only a controlled drug's stock is kept."""

    field = "/body/medicine_id"
    way_out = "Leave the stock out, or add the medicine as a controlled drug."

    def __init__(self, field: str = field) -> None:
        super().__init__("No stock is kept of this medicine.", field=field)


class StockTooLow(Conflict):
    """What is not there cannot be given: the balance is never below zero."""

    field = "/body/medicine_id"
    way_out = "Record what was delivered first, or count the stock, two of you, so that the balance is true again."

    def __init__(self, balance: int) -> None:
        super().__init__(f"Only {balance} are left by the balance.")


class CountedByOneself(Forbidden):
    """A count of controlled drugs is two people's."""

    field = "/path/stock_count_id"
    way_out = "Let another member of the team count as well and confirm it with their own sign-in."

    def __init__(self) -> None:
        super().__init__("Who counted does not confirm it.")


class CountAlreadyConfirmed(Conflict):
    field = "/path/stock_count_id"
    way_out = "Nothing needs to be done; count again for another check."

    def __init__(self) -> None:
        super().__init__("This count was confirmed already.")


class StockChangedSinceCount(Conflict):
    """Two people look at the same stock."""

    field = "/path/stock_count_id"
    way_out = "Count again together, now."

    def __init__(self) -> None:
        super().__init__("The stock has changed since it was counted.")


@dataclass(frozen=True)
class Change:
    """So much more or less, why and when."""

    movement: Movement
    quantity: int
    happened_at: datetime
    id: UUID
    because_of: UUID | None = None

    @classmethod
    def recorded(cls, new: NewStockEntry) -> Self:
        quantity = new.quantity if new.movement is RecordedMovement.DELIVERED else -new.quantity
        return cls(Movement(new.movement), quantity, new.happened_at, new.id)

    @classmethod
    def by_administration(cls, administration_id: UUID, used: int, happened_at: datetime) -> Self:
        return cls(Movement.ADMINISTERED, -used, happened_at, uuid7(), administration_id)


class StockEntry(TeamOwned, Base, table=True):
    """One line of the register: the change, and the balance after it. `because_of` is the administration or count."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    medicine_id: UUID = Field(foreign_key="medicine.id")
    movement: str
    change: int
    balance: int
    because_of: UUID | None = None
    happened_at: datetime = Field(sa_type=INSTANT)
    recorded_by: UUID | None
    recorded_at: datetime = Field(sa_type=INSTANT)

    @classmethod
    def of(cls, medicine: Medicine, change: Change, by: UUID | None, now: datetime) -> Self:
        """Moves the medicine's balance as well. Raises `NotAControlledDrug` or `StockTooLow`."""
        if medicine.stock is None:
            raise NotAControlledDrug
        if medicine.stock + change.quantity < 0:
            raise StockTooLow(medicine.stock)
        medicine.stock, medicine.changed_at = medicine.stock + change.quantity, now
        return cls(
            id=change.id,
            client_id=medicine.client_id,
            team_id=medicine.team_id,
            medicine_id=medicine.id,
            movement=change.movement,
            change=change.quantity,
            balance=medicine.stock,
            because_of=change.because_of,
            happened_at=change.happened_at,
            recorded_by=by,
            recorded_at=now,
            changed_at=now,
        )


class StockCount(TeamOwned, Base, table=True):
    """What one person counted against the balance, and who confirmed it; a difference then becomes an entry."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    medicine_id: UUID = Field(foreign_key="medicine.id", index=True)
    counted: int
    balance: int
    # How the medicine stood: every movement of its stock raises it, also one that another one undoes.
    medicine_version: int
    counted_by: UUID | None
    counted_at: datetime = Field(sa_type=INSTANT)
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def counted_of(cls, new: NewStockCount, medicine: Medicine, by: UUID | None, now: datetime) -> Self:
        """Raises `NotAControlledDrug`."""
        if medicine.stock is None:
            raise NotAControlledDrug
        return cls(
            **new.model_dump(),
            client_id=medicine.client_id,
            team_id=medicine.team_id,
            balance=medicine.stock,
            medicine_version=medicine.version,
            counted_by=by,
            counted_at=now,
            changed_at=now,
        )

    @property
    def difference(self) -> int:
        return self.counted - self.balance

    def confirm(self, medicine: Medicine, by: UUID | None, now: datetime) -> Change | None:
        """The change that makes the balance true, where there is one.

        Raises `CountedByOneself`, `CountAlreadyConfirmed` or `StockChangedSinceCount`.
        """
        if by == self.counted_by:
            raise CountedByOneself
        if self.confirmed_at is not None:
            raise CountAlreadyConfirmed
        if medicine.version != self.medicine_version:
            raise StockChangedSinceCount
        self.confirmed_by, self.confirmed_at, self.changed_at = by, now, now
        return Change(Movement.COUNTED, self.difference, now, uuid7(), self.id) if self.difference else None


only_states(StockEntry, "movement", Movement)
_table: Table = StockEntry.__table__  # type: ignore[attr-defined]
_table.append_constraint(CheckConstraint("balance >= 0", name="balance_is_never_below_zero"))
Index("ix_stock_entry_medicine", col(StockEntry.medicine_id), col(StockEntry.id))
