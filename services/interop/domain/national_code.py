"""National code: what a return says for a word of the team's, from a day on, with its source."""

from datetime import date

from sqlmodel import Field

from services.interop.domain.base import Base


class NationalCode(Base, table=True):
    """A row holds until the next of the same list and word begins. `status` says how far it can be relied on."""

    __tablename__ = "national_code"

    code_list: str = Field(primary_key=True)
    own_code: str = Field(primary_key=True)
    from_on: date = Field(primary_key=True)
    national_code: str
    source: str
    status: str
