"""An account at a sign-in provider, and the employee here whose it is."""

from datetime import datetime
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import Field as Shaped
from sqlalchemy import Index, text
from sqlmodel import col

from services.common.errors import Conflict, Forbidden
from services.common.models import Aggregate
from services.common.types import Input, NewId
from services.identity.domain.base import Base
from services.identity.domain.four_eyes import FourEyes

ProviderSubject = Annotated[str, Shaped(min_length=1, max_length=255, pattern="^[!-~]+$")]
ProviderName = Annotated[str, Shaped(pattern="^[a-z][a-z0-9-]*$", max_length=64)]


class NewStaffAccount(Input):
    """What the provider calls them (`uid` at CIS2), and which employee that is."""

    id: NewId
    provider: ProviderName
    subject: ProviderSubject
    employee_id: UUID


class OwnAccount(Forbidden):
    """Four eyes: nobody says alone who they are."""

    field = "/body/employee_id"
    way_out = "Ask a colleague of HR or operations to link your account."

    def __init__(self) -> None:
        super().__init__("Nobody links an account to themselves.")


class AccountRemoved(Conflict):
    field = "/path/staff_account_id"
    way_out = "Read the account to see when it was removed. To use it again, link it anew."

    def __init__(self) -> None:
        super().__init__("This account was removed already.")


class StaffAccount(FourEyes, Aggregate, Base, table=True):
    """Whose an account is. It belongs to one employee at a time."""

    named_at: ClassVar[str] = "/path/staff_account_id"

    provider: str
    subject: str
    employee_id: UUID
    linked_by: str

    @classmethod
    def linked(cls, new: NewStaffAccount, by: str, now: datetime) -> Self:
        """Raises `OwnAccount`."""
        if str(new.employee_id) == by:
            raise OwnAccount
        return cls(**new.model_dump(), linked_by=by, changed_at=now)

    def confirm(self, by: str, now: datetime) -> None:
        """Somebody signs in by it. Raises `NotWaiting` or `SecondPersonNeeded`."""
        self.confirmed(by, now, by_none_of={self.linked_by, str(self.employee_id)})
        self.changed_at = now

    def remove(self, now: datetime) -> None:
        """Nobody signs in by it any more. Raises `AccountRemoved`."""
        if self.removed_at is not None:
            raise AccountRemoved
        self.removed_at = self.changed_at = now


Index(
    "staff_account_once",
    col(StaffAccount.provider),
    col(StaffAccount.subject),
    unique=True,
    postgresql_where=text("removed_at is null"),
)
Index("ix_staff_account_employee", col(StaffAccount.employee_id), col(StaffAccount.id))
