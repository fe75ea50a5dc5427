"""What a search asks for, once it is understood; and the refusals of what cannot be."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.common.errors import ServiceError
from services.interop.fhir.tokens import OF

DEFAULT_COUNT = 50
# The token of a reference, by type and id.
A_REFERENCE = re.compile(rf"[^{OF}]+{OF}([A-Za-z]+)/([0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})", re.ASCII)


class BadSearch(ServiceError):
    """The search cannot be read as FHIR defines it."""

    field = "/query"
    way_out = "Compare the parameter with /fhir/R4/metadata, and encode special characters."

    @classmethod
    def at_parameter(cls, name: str, detail: str) -> "BadSearch":
        return cls(detail, field=f"/query/{name}" if name.isascii() and name.isidentifier() else "/query")


class UnknownParameter(BadSearch):
    """Refused only where the caller asked for it by `Prefer: handling=strict`."""

    way_out = "Leave the parameter out, or leave out Prefer: handling=strict to have it ignored."


class ChainedSearch(BadSearch):
    """Ignored, it would show everybody where one person was meant."""

    way_out = (
        "Chain one step, from patient or subject to a parameter of Patient, or by _has from Patient to a type that "
        "names it; or search by POST to Patient/_search first, and then by the id found."
    )

    def __init__(self) -> None:
        super().__init__("This chain is not taken here.")


class IdentifierInAddress(BadSearch):
    """An NHS number would stand in addresses, and so in logs; only identifiers of our own making name nobody."""

    field = "/query/identifier"
    way_out = "Send the same search as a POST to _search, with the identifier in the body."

    def __init__(self) -> None:
        super().__init__("An identifier of a person is not taken in an address.")


class PersonInAddress(BadSearch):
    """Neither a name nor a day of birth stands in an address, for the reason that an identifier does not."""

    way_out = "Send the same search as a POST to _search, with this parameter in the body."

    def __init__(self, name: str) -> None:
        super().__init__("What tells who a person is is not taken in an address.", field=f"/query/{name}")


class MoreThanOnePage(BadSearch):
    """The link to a next page would have to repeat the identifier."""

    field = "/body/_count"
    way_out = "Raise _count, up to 100, or add parameters that leave less to be found."

    def __init__(self) -> None:
        super().__init__("A search for a person is answered on one page, and more was found.")


@dataclass(frozen=True)
class Between:
    """A stretch of time that a change falls in, or outside of. An open end is None."""

    start: datetime | None
    end: datetime | None
    inside: bool = True


@dataclass(frozen=True)
class AnyToken:
    """One of these tokens is among a resource's, or all of one of `together`; or none is, where it is turned round.

    `of_few` says that few resources of whatever type have one, as with an identifier or a name.
    """

    tokens: list[str]
    is_there: bool = True
    together: tuple[tuple[str, ...], ...] = ()
    of_few: bool = False


@dataclass(frozen=True)
class Times:
    """A time under a parameter's name, compared with a stretch by one of FHIR's prefixes."""

    name: str
    prefix: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Amounts:
    """An amount under a parameter's name, compared by one of FHIR's prefixes.

    `low` and `high` enclose what rounds to the number that was asked for, `exact`; without a unit, any will do.
    """

    name: str
    prefix: str
    exact: float
    low: float
    high: float
    unit: str | None


@dataclass(frozen=True)
class Included:
    """What comes along with what is found: `resource_type`, by the parameter of `source` that refers to it."""

    source: str
    parameter: str
    resource_type: str


@dataclass
class Search:
    """Each list is a set of alternatives; all the lists have to hold."""

    ids: list[list[UUID]] = field(default_factory=list)
    patients: list[list[UUID]] = field(default_factory=list)
    tokens: list[AnyToken] = field(default_factory=list)
    changed: list[Between] = field(default_factory=list)
    times: list[Times] = field(default_factory=list)
    amounts: list[Amounts] = field(default_factory=list)
    # Searches of another type: for the patients that a resource is about, and for what is about a patient.
    of_patients: list["Search"] = field(default_factory=list)
    had: list[tuple[str, "Search"]] = field(default_factory=list)
    included: list[Included] = field(default_factory=list)
    referring: list[Included] = field(default_factory=list)
    count: int = DEFAULT_COUNT
    cursor: str | None = None
    newest_first: bool = False
    wants_total: bool = False
    summary: str | None = None
    elements: frozenset[str] = frozenset()
    # What was understood, for the links; what names a person, or may, is left out of them.
    applied: list[tuple[str, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    # The parameters by which nothing can be found, since no value of them is an id of ours.
    unusable: list[str] = field(default_factory=list)
    is_private: bool = False

    @property
    def finds_few(self) -> bool:
        """Whether a token finds few, and nothing leads to ids, which are looked for by their type."""
        by_id = self.ids or self.times or self.amounts or self.had
        return not by_id and any(asked.of_few for asked in self.tokens)

    def references(self) -> set[tuple[str, UUID]]:
        """The resources that are named, by type and id, on the way too."""
        found = {("Patient", one) for ids in self.patients for one in ids}
        for token in (token for asked in self.tokens for token in asked.tokens):
            named = A_REFERENCE.fullmatch(token)
            found |= {(named[1], UUID(named[2]))} if named else set()
        return found

    def patients_named(self, resource_type: str) -> set[UUID]:
        """The patients whose ids stand in a search of this type, or in one on its way."""
        named = {one for ids in self.ids for one in ids} if resource_type == "Patient" else set[UUID]()
        named |= {found for kind, found in self.references() if kind == "Patient"}
        inner = [("Patient", one) for one in self.of_patients] + self.had
        return named.union(*(one.patients_named(kind) for kind, one in inner))

    def seeks_somebody(self) -> bool:
        """Whether it asks by what few share: who somebody is, an identifier, or what is named by its id."""
        by_identifier = any(token.startswith(f"identifier{OF}") for asked in self.tokens for token in asked.tokens)
        inner = [*self.of_patients, *(one for _, one in self.had)]
        is_direct = self.is_private or by_identifier or bool(self.ids or self.references())
        return is_direct or any(one.seeks_somebody() for one in inner)

    def searched_types(self) -> set[str]:
        """The other types that are searched on the way."""
        return {"Patient" for _ in self.of_patients} | {name for name, _ in self.had}

    def shown_types(self) -> set[str]:
        """The other types that come along."""
        return {one.resource_type for one in self.included} | {one.source for one in self.referring}
