"""Patch: the streets that a team serves, who lives there, and how the caseload compares with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import model_validator
from sqlalchemy import CheckConstraint, Column, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.chart import Bars, bars
from services.caseload.domain.reach import AgeBands
from services.common.figures import Cell, Layout, hidden
from services.common.models import TeamOwned
from services.common.types import Count, Input, Name, NewId, PastDay

# A census Lower layer Super Output Area of England.
LsoaCode = Annotated[str, Shape(pattern=r"^E01[0-9]{6}$")]
# A whole postcode, or its beginning up to the sector.
PostcodePart = Annotated[str, Shape(pattern=r"^[A-Z]{1,2}[0-9][A-Z0-9]?( [0-9]([A-Z]{2})?)?$")]


class CountedNeed(StrEnum):
    """What a census or a practice's register counts of need; the ages are those of the caseload's own figures."""

    UNDER_65 = "under_65"
    AGED_65_TO_74 = "65_to_74"
    AGED_75_TO_84 = "75_to_84"
    AGED_85_AND_OVER = "85_and_over"
    LIVING_ALONE_65 = "living_alone_65_and_over"
    LONG_TERM_CONDITION = "long_term_condition"
    UNPAID_CARERS = "unpaid_carers"


AGES = (CountedNeed.UNDER_65, CountedNeed.AGED_65_TO_74, CountedNeed.AGED_75_TO_84, CountedNeed.AGED_85_AND_OVER)


class PatchDetails(Input):
    """`imd_decile` is of the English Indices of Deprivation: 1 is the most deprived tenth of areas."""

    name: Name
    streets: list[Name] = Shape(default=[], max_length=500)
    postcodes: list[PostcodePart] = Shape(default=[], max_length=500)
    lsoa_codes: list[LsoaCode] = Shape(default=[], max_length=100)
    population: Count
    imd_decile: Annotated[int, Shape(strict=True, ge=1, le=10)]
    need_mix: dict[CountedNeed, Count] = Shape(default={}, max_length=len(CountedNeed))
    source: Name
    counted_on: PastDay

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not self.streets and not self.postcodes:
            raise ValueError("name the streets or the postcodes of the patch")
        if sum(count for need, count in self.need_mix.items() if need in AGES) > self.population:
            raise ValueError("the ages in need_mix add up to more than the population")
        return self


class NewPatch(PatchDetails):
    id: NewId
    team_id: UUID


class Patch(TeamOwned, Base, table=True):
    """Where a team is at work, as the census counts it (FHIR Location)."""

    name: str
    streets: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    postcodes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    lsoa_codes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    population: int
    imd_decile: int
    need_mix: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    source: str
    counted_on: date
    written_by: UUID | None

    @classmethod
    def drawn(cls, new: NewPatch, by: UUID | None, now: datetime) -> Self:
        return cls(id=new.id, team_id=new.team_id, **_columns(new), written_by=by, changed_at=now)

    def change(self, details: PatchDetails, by: UUID | None, now: datetime) -> None:
        for name, value in _columns(details).items():
            setattr(self, name, value)
        self.written_by, self.changed_at = by, now

    def holds(self, address_line: str | None, postcode: str | None) -> bool:
        """By the postcode where there is one of the patch's, and by the street otherwise."""
        code = (postcode or "").replace(" ", "")
        if code and any(code.startswith(part.replace(" ", "")) for part in self.postcodes):
            return True
        line = (address_line or "").casefold()
        return any(street.casefold() in line for street in self.streets)


def _columns(details: PatchDetails) -> dict[str, Any]:
    kept = {name: getattr(details, name) for name in PatchDetails.model_fields}
    return kept | {"need_mix": {need.value: count for need, count in details.need_mix.items()}}


@dataclass(frozen=True)
class Resident:
    """A client in care, as far as it is counted where they live."""

    client_id: UUID
    address_line: str | None
    postcode: str | None
    birth_on: date | None


@dataclass(frozen=True)
class Compared:
    """One patch, or one age, with its share of the people and its share of the caseload, in per cent."""

    name: str
    imd_decile: int | None
    population: int
    clients: int | None
    population_share: float | None
    caseload_share: float | None
    per_thousand: float | None


@dataclass(frozen=True)
class Comparison:
    """As it stood at the end of `as_of`. `elsewhere` are clients who live in none of the patches."""

    as_of: date
    patches: list[Compared]
    ages: list[Compared]
    clients: int | None
    elsewhere: int | None
    svg: str


def compare(
    patches: Sequence[Patch], residents: Iterable[Resident], day: date, smallest: int, bands: AgeBands
) -> Comparison:
    """Who lives in the patches beside who of them is in care. Whom the team does not reach are the short bars."""
    placed = [
        (next((str(one.id) for one in patches if one.holds(r.address_line, r.postcode)), ""), r) for r in residents
    ]
    ages = {name: sum(int(patch.need_mix.get(name, 0)) for patch in patches) for name in bands.names}
    names = [f"patch.{at}" for at, _ in placed] + [f"age.{bands.of(one.birth_on, day)}" for _, one in placed]
    known = [
        *(f"patch.{patch.id}" for patch in patches),
        "patch.",
        *(f"age.{age}" for age in bands.names),
        "age.not_known",
    ]
    counts = {name: names.count(name) for name in known} | {"clients": len(placed)}
    cells = {name: Cell(count, count) for name, count in counts.items()}
    layout = Layout(
        tuple(("clients", tuple(one for one in known if one.startswith(kind))) for kind in ("patch.", "age."))
    )
    away = hidden(cells, layout, smallest)
    told = {name: None if name in away else count for name, count in counts.items()}
    everybody = sum(patch.population for patch in patches)
    of_patches = [
        _compared(patch.name, patch.imd_decile, patch.population, everybody, told[f"patch.{patch.id}"], told["clients"])
        for patch in patches
    ]
    of_ages = [
        _compared(age, None, people, sum(ages.values()), told[f"age.{age}"], told["clients"])
        for age, people in ages.items()
    ]
    return Comparison(day, of_patches, of_ages, told["clients"], told["patch."], _chart([*of_patches, *of_ages]))


def _compared(
    name: str, decile: int | None, people: int, everybody: int, clients: int | None, caseload: int | None
) -> Compared:
    return Compared(
        name=name,
        imd_decile=decile,
        population=people,
        clients=clients,
        population_share=round(100 * people / everybody, 1) if everybody else None,
        caseload_share=round(100 * clients / caseload, 1) if clients is not None and caseload else None,
        per_thousand=round(1000 * clients / people, 1) if clients is not None and people else None,
    )


def _chart(rows: Sequence[Compared]) -> str:
    series = ("% of the people", "% of the caseload")
    return bars(
        "Who lives here and whom we reach",
        series,
        [
            Bars(
                row.name if row.imd_decile is None else f"{row.name} (decile {row.imd_decile})",
                (row.population_share, row.caseload_share),
            )
            for row in rows
        ],
    )


_table: Table = Patch.__table__  # type: ignore[attr-defined]
_table.append_constraint(CheckConstraint("imd_decile between 1 and 10", name="patch_imd_decile_known"))
