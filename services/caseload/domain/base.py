"""Caseload's own table registry, and the parts of a person's details that several records share."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field as Shape
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from services.common.tables import add_platform_tables
from services.common.types import Input, Name, NhsNumber, PastDay


class Base(SQLModel, registry=registry()):
    """Caseload's tables, apart from every other service's, so that services can share a process."""


add_platform_tables(Base.metadata)


class Sex(StrEnum):
    """Administrative gender, as FHIR R4 codes it."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class NhsNumberStatus(StrEnum):
    """NHS Data Dictionary, NHS NUMBER STATUS INDICATOR CODE, as UK Core carries it."""

    VERIFIED = "01"
    PRESENT_NOT_TRACED = "02"
    TRACE_REQUIRED = "03"
    NO_MATCH = "04"
    TO_BE_RESOLVED = "05"
    NOT_PRESENT = "07"


# What a referrer stands behind. Every other number may be somebody else's, so it identifies nobody.
TRUSTED = (NhsNumberStatus.VERIFIED, NhsNumberStatus.PRESENT_NOT_TRACED)


Postcode = Annotated[str, Shape(pattern=r"^[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}$")]
Phone = Annotated[str, Shape(pattern=r"^[0-9+() -]{3,30}$")]


class PersonDetails(Input):
    """Who the person is, as far as the referrer knows. Only the names are needed; no NHS number is normal."""

    given_name: Name
    family_name: Name
    birth_on: PastDay | None = None
    sex: Sex = Sex.UNKNOWN
    nhs_number: NhsNumber | None = None
    nhs_number_status: NhsNumberStatus | None = None
    address_line: Name | None = None
    postcode: Postcode | None = None
    phone: Phone | None = None


class PersonColumns(SQLModel):
    """The stored form of `PersonDetails`."""

    given_name: str
    family_name: str
    birth_on: date | None = None
    sex: str = Sex.UNKNOWN
    nhs_number: str | None = Field(default=None, index=True)
    nhs_number_status: str = NhsNumberStatus.NOT_PRESENT
    address_line: str | None = None
    postcode: str | None = None
    phone: str | None = None

    def has_number(self, nhs_number: str | None, status: str) -> bool:
        """The NHS was asked; whether that is news. A number it knows takes the place of the one that was held, and one
        that it does not know of this person stays, and is trusted no longer."""
        if status == NhsNumberStatus.NO_MATCH:
            nhs_number = self.nhs_number
        is_news = (nhs_number, status) != (self.nhs_number, self.nhs_number_status)
        self.nhs_number, self.nhs_number_status = nhs_number, status
        return is_news


def person_columns(details: PersonDetails) -> dict[str, Any]:
    """The columns for these details. A number nobody vouched for counts as present but not traced."""
    status = details.nhs_number_status
    if status is None:
        status = NhsNumberStatus.PRESENT_NOT_TRACED if details.nhs_number else NhsNumberStatus.NOT_PRESENT
    return {**details.model_dump(), "nhs_number_status": status}


def outward(postcode: str | None) -> str | None:
    """The outward half of a postcode, which names a district and no street."""
    return None if postcode is None else postcode[:-3].rstrip()
