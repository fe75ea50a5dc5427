"""Contract: on what terms somebody works for a team, and when that ends."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field as Shape
from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, col

from services.common.errors import Conflict, Unprocessable
from services.common.models import TeamOwned, only_states
from services.common.types import Code, Day, Input, Name, NewId
from services.hr.domain.base import Base, Role, keeps_order, require_order

# Not a limit of the law: a week has no more minutes.
MinutesPerWeek = Annotated[int, Shape(strict=True, ge=0, le=7 * 24 * 60)]


class ContractKind(StrEnum):
    """The kinds of the King's Fund report, and bank."""

    PERMANENT = "permanent"
    FIXED_TERM = "fixed_term"
    SECONDMENT = "secondment"
    TEMPORARY = "temporary"
    BANK = "bank"


WITH_AN_END = (ContractKind.FIXED_TERM, ContractKind.SECONDMENT, ContractKind.TEMPORARY)
# National Workforce Data Set, EMPLOYMENT CONTRACT TYPE. A secondee's is returned by the home employer.
EMPLOYMENT_CONTRACT_TYPE = {
    ContractKind.BANK: "01",
    ContractKind.FIXED_TERM: "02",
    ContractKind.TEMPORARY: "02",
    ContractKind.PERMANENT: "05",
}


class NewContract(Input):
    """What was agreed. Contracted time is in minutes a week, so that 37.5 hours are 2250 exactly."""

    id: NewId
    employee_id: UUID
    team_id: UUID
    kind: ContractKind
    band: Code
    role: Role
    minutes_per_week: MinutesPerWeek
    from_on: Day
    until_on: Day | None = None
    home_employer: Name | None = None
    return_guaranteed: bool = False


class RecallReason(StrEnum):
    """Why the home employer calls somebody back; about the post there, and nothing about the person."""

    POST_NEEDS_FILLING = "post_needs_filling"
    SERVICE_REORGANISED = "service_reorganised"
    FUNDING_ENDED = "funding_ended"
    EMERGENCY = "emergency"
    OTHER = "other"


class Recall(Input):
    """The last day with the team, and why; the day lies within the secondment, and has not passed."""

    last_on: Day
    reason: RecallReason


class NotASecondment(Conflict):
    """Only whoever has a post elsewhere can be called back to it."""

    field = "/path/contract_id"
    way_out = "Agree a contract that follows this one, or set the last day of the membership."

    def __init__(self) -> None:
        super().__init__("This contract is not a secondment.")


class AlreadyRecalled(Conflict):
    """Somebody is called back once, and everybody plans by that day."""

    field = "/path/contract_id"
    way_out = "Read the contract. If the day moves, agree a contract that follows this one."

    def __init__(self) -> None:
        super().__init__("This secondee has been recalled already.")


class RecallOutsideSecondment(Unprocessable):
    """A recall shortens a secondment from today on."""

    field = "/body/last_on"
    way_out = "Give a day from today on that lies within the secondment and before its last day."

    def __init__(self) -> None:
        super().__init__("The last day is past, or does not shorten the secondment.")


class EndRequired(Unprocessable):
    """What is agreed for a time has a last day, so that nobody is surprised by it."""

    field = "/body/until_on"
    way_out = "Give the last day; if it moves later, agree a contract that follows this one."

    def __init__(self) -> None:
        super().__init__("A fixed-term, seconded or temporary contract needs its last day.")


class HomeEmployerRequired(Unprocessable):
    """A seconded colleague has a post to go back to."""

    field = "/body/home_employer"
    way_out = "Name the employer from whom this colleague is seconded."

    def __init__(self) -> None:
        super().__init__("A secondment needs its home employer.")


class Contract(TeamOwned, Base, table=True):
    """One agreed contract. A change is a new contract that follows it; a recall alone brings its last day forward."""

    employee_id: UUID = Field(foreign_key="employee.id", index=True)
    kind: str
    band: str
    role: str
    minutes_per_week: int
    from_on: date
    until_on: date | None = None
    home_employer: str | None = None
    return_guaranteed: bool
    recalled_on: date | None = None
    recall_reason: str | None = None

    @classmethod
    def agreed(cls, new: NewContract, now: datetime) -> Self:
        """Raises `EndsBeforeItStarts`, `EndRequired` or `HomeEmployerRequired`."""
        require_order(new.from_on, new.until_on)
        if new.kind in WITH_AN_END and new.until_on is None:
            raise EndRequired
        if new.kind is ContractKind.SECONDMENT and new.home_employer is None:
            raise HomeEmployerRequired
        return cls(**new.model_dump(), changed_at=now)

    def recall(self, recall: Recall, today: date, now: datetime) -> None:
        """Raises `NotASecondment`, `AlreadyRecalled` or `RecallOutsideSecondment`."""
        if self.kind != ContractKind.SECONDMENT:
            raise NotASecondment
        if self.recalled_on is not None:
            raise AlreadyRecalled
        if self.until_on is None or not max(today, self.from_on) <= recall.last_on < self.until_on:
            raise RecallOutsideSecondment
        self.until_on, self.recalled_on, self.recall_reason = recall.last_on, today, recall.reason
        self.changed_at = now

    @property
    def employment_contract_type(self) -> str | None:
        """The National Workforce Data Set code."""
        return EMPLOYMENT_CONTRACT_TYPE.get(ContractKind(self.kind))


only_states(Contract, "kind", ContractKind)
only_states(Contract, "role", Role)
only_states(Contract, "recall_reason", RecallReason)
keeps_order(Contract)
Index("contract_ending", col(Contract.team_id), col(Contract.until_on))
_ENDING = ", ".join(f"'{kind}'" for kind in WITH_AN_END)
for _name, _rule in (
    ("contract_end_known", f"until_on is not null or kind not in ({_ENDING})"),
    ("contract_home_known", f"home_employer is not null or kind <> '{ContractKind.SECONDMENT}'"),
    ("contract_minutes_in_a_week", "minutes_per_week between 0 and 10080"),
    ("contract_recalled_with_reason", "(recalled_on is null) = (recall_reason is null)"),
):
    Contract.__table__.append_constraint(CheckConstraint(_rule, name=_name))  # type: ignore[attr-defined]
