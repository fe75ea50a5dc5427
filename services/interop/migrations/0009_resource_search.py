"""Every version of a resource is kept, and resources are found by more than their identifiers.

What is shown already is put into the history and the indexes here, so that no search misses it. How it is read is written
down here as it was at this revision, so that the migration does the same whatever is served later.

Interop stands still meanwhile: the content of a resource becomes text, which a process of the release before can neither
read nor write, and its tokens are spelled anew. Stop interop's processes, migrate, start those of this release. Events
wait in their queues, and partners are answered 503; nothing is lost.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unicodedata import combining, normalize
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from uuid6 import uuid7

from services.common.migrations import row_level_security

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BATCH = 500
NEXT = sa.text("select * from resource where id > :after order by id limit :batch")
FIRST = "00000000-0000-0000-0000-000000000000"
# The first version that is kept has the id of its resource, and so comes before every later one.
KEEP = """
    insert into resource_history (id, team_id, resource_type, resource_id, client_id, version, changed_at, content)
    select id, team_id, resource_type, resource_id, client_id, version, changed_at, content from resource
"""

# Of each type the parameters by their kind: a name alone is its path, and after a colon stand other paths.
EVERY = {"token": "identifier"}
SUBJECT = "patient:subject subject"
FOUND_BY = {
    "Appointment": {
        "reference": "patient:participant.actor actor:participant.actor",
        "token": "status",
        "date": "date:start",
    },
    "CarePlan": {"reference": SUBJECT, "token": "status intent", "date": "date:period"},
    "Condition": {"reference": SUBJECT, "token": "clinical-status:clinicalStatus category code"},
    "Encounter": {
        "reference": f"{SUBJECT} episode-of-care:episodeOfCare based-on:basedOn appointment"
        " participant:participant.individual",
        "token": "status class type",
        "date": "date:period",
        "quantity": "length",
    },
    "EpisodeOfCare": {
        "reference": "patient organization:managingOrganization care-manager:careManager"
        " incoming-referral:referralRequest",
        "token": "status",
        "date": "date:period",
    },
    "Observation": {
        "reference": f"{SUBJECT} performer",
        "token": "status category code component-code:component.code",
        "date": "date:effectiveDateTime",
        "quantity": "component-value-quantity:component.valueQuantity",
    },
    "Patient": {
        "token": "active gender phone:telecom",
        "date": "birthdate:birthDate",
        "string": "name:name.family,name.given family:name.family given:name.given"
        " address-postalcode:address.postalCode",
    },
    "ServiceRequest": {
        "reference": f"{SUBJECT} requester performer",
        "token": "status intent priority code",
        "date": "authored:authoredOn",
    },
}
OF, ANY = "\x1e", "\x1f"
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
STATUS = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus"
EVER, NEVER = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
ENGLAND = ZoneInfo("Europe/London")


def upgrade() -> None:
    op.alter_column("resource", "content", type_=sa.Text(), existing_type=JSONB(), postgresql_using="content::text")
    _tables()
    op.drop_index("ix_resource_tokens", "resource")
    op.execute(KEEP)
    _fill()
    op.create_index("ix_resource_tokens", "resource", ["tokens"], postgresql_using="gin")
    _by_shown_id()
    _indexes()
    _history_only_grows()
    row_level_security.protect()


def _tables() -> None:
    op.create_table(
        "resource_history",
        *_whose(),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _instant_column("changed_at"),
        _text("content"),
        sa.UniqueConstraint("resource_type", "resource_id", "version", name="one_row_per_version"),
    )
    _search_table("search_time", _instant_column("starts_at"), _instant_column("ends_at"))
    _search_table("search_amount", sa.Column("amount", sa.Float(), nullable=False), _text("unit"))


def _search_table(name: str, *columns: sa.Column[Any]) -> None:
    resource = sa.ForeignKeyConstraint(
        ["resource_type", "resource_id"], ["resource.resource_type", "resource.resource_id"], ondelete="CASCADE"
    )
    op.create_table(name, *_whose(), _text("name"), *columns, resource)


def _whose() -> tuple[sa.Column[Any], ...]:
    """The columns that say of which resource a row is."""
    return (
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        _text("resource_type"),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
    )


def _instant_column(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _by_shown_id() -> None:
    """Pages follow each other in the order of the ids that are shown; all of a patient, in that of the rows."""
    for name in ("ix_resource_type", "ix_resource_team_type", "ix_resource_client"):
        op.drop_index(name, "resource")
    op.create_index("ix_resource_team_type", "resource", ["team_id", "resource_type", "resource_id"])
    op.create_index("ix_resource_client", "resource", ["client_id", "resource_type", "resource_id"])
    op.create_index("ix_resource_client_id", "resource", ["client_id", "id"])


def _indexes() -> None:
    """Once the tables are filled, which takes a part of the time."""
    op.create_index("ix_resource_history_type", "resource_history", ["resource_type", "id"])
    op.create_index("ix_resource_history_changed_at", "resource_history", ["resource_type", "changed_at"])
    op.create_index("ix_resource_history_team", "resource_history", ["team_id", "id"])
    op.create_index("ix_resource_history_resource", "resource_history", ["resource_type", "resource_id", "id"])
    for name in ("search_time", "search_amount"):
        op.create_index(f"ix_{name}_resource", name, ["resource_type", "resource_id"])
    op.create_index("ix_search_time_starts", "search_time", ["resource_type", "name", "starts_at"])
    op.create_index("ix_search_time_ends", "search_time", ["resource_type", "name", "ends_at"])
    op.create_index("ix_search_amount", "search_amount", ["resource_type", "name", "amount"])


def _history_only_grows() -> None:
    op.execute("""
        create function history_only_grows() returns trigger language plpgsql as
        $$ begin raise exception 'a version of a resource is never changed'; end $$
    """)
    op.execute("""
        create trigger resource_history_only_grows after update or delete on resource_history
        for each row execute function history_only_grows()
    """)


def _fill() -> None:
    bind, after = op.get_bind(), FIRST
    while rows := bind.execute(NEXT, {"after": after, "batch": BATCH}).all():
        _fill_with(bind, rows)
        after = rows[-1].id


def _fill_with(bind: sa.Connection, rows: Sequence[Any]) -> None:
    tokens: list[dict[str, Any]] = []
    times: list[dict[str, Any]] = []
    amounts: list[dict[str, Any]] = []
    for row in rows:
        whose = {"team_id": row.team_id, "resource_type": row.resource_type, "resource_id": row.resource_id}
        found: set[str] = set()
        for kind, name, value in _values(json.loads(row.content)):
            if kind == "date":
                starts_at, ends_at = _stretch(value)
                times.append({"id": uuid7(), **whose, "name": name, "starts_at": starts_at, "ends_at": ends_at})
            elif kind == "quantity":
                amount, unit = float(value["value"]), value.get("code", "")
                amounts.append({"id": uuid7(), **whose, "name": name, "amount": amount, "unit": unit})
            own = {f"{before}{OF}{text}" for before, text in _tokens(kind, name, value)}
            if own or kind in {"date", "quantity"}:
                found |= {*own, f"{name}{OF}{ANY}|{ANY}"}
        tokens.append({"id": row.id, "tokens": sorted(found)})
    bind.execute(sa.text("update resource set tokens = :tokens where id = :id"), tokens)
    _insert(bind, "search_time", times)
    _insert(bind, "search_amount", amounts)


def _insert(bind: sa.Connection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        names, places = ", ".join(rows[0]), ", ".join(f":{name}" for name in rows[0])
        bind.execute(sa.text(f"insert into {table} ({names}) values ({places})"), rows)  # noqa: S608


def _values(content: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """What the resource is found by, with its kind and parameter; nothing for a type that is not known here."""
    known = FOUND_BY.get(content["resourceType"])
    for kinds in () if known is None else (EVERY, known):
        for kind, parameters in kinds.items():
            for parameter in parameters.split():
                name, _, paths = parameter.partition(":")
                yield from ((kind, name, value) for path in (paths or name).split(",") for value in _at(content, path))


def _at(content: Any, path: str) -> Iterator[Any]:
    name, _, rest = path.partition(".")
    values = content.get(name) if isinstance(content, dict) else None
    for value in values if isinstance(values, list) else [values]:
        if value is not None:
            yield from _at(value, rest) if rest else (value,)


def _tokens(kind: str, name: str, value: Any) -> Iterator[tuple[str, str]]:
    if kind == "string":
        yield f"{name}:exact", value
        whole = "".join(one for one in normalize("NFKD", value) if not combining(one)).casefold().split()
        yield from ((name, text[:n]) for text in {" ".join(whole), *whole} for n in range(1, min(len(text), 40) + 1))
    elif kind == "token":
        for system, code in _coded(value):
            yield from ((name, f"{system}|{code}"), (name, f"{ANY}|{code}"), (name, f"{system}|{ANY}"))
    elif kind == "reference":
        if "reference" in value:
            yield name, value["reference"]
        if "identifier" in value:
            yield from _tokens("token", f"{name}:identifier", value["identifier"])


def _coded(value: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield "", str(value).lower() if isinstance(value, bool) else str(value)
    elif "coding" in value:
        yield from ((one.get("system", ""), one["code"]) for one in value["coding"] if "code" in one)
    elif "code" in value:
        yield value.get("system", ""), value["code"]
    elif "value" in value and not _is_to_be_resolved(value):
        yield value.get("system", ""), value["value"]


def _is_to_be_resolved(identifier: dict[str, Any]) -> bool:
    """An NHS number that finds nobody yet."""
    said = [one for one in identifier.get("extension", []) if one["url"] == STATUS]
    codes = [coding["code"] for one in said for coding in one["valueCodeableConcept"]["coding"]]
    return identifier.get("system") == NHS_NUMBER and "05" in codes


def _stretch(value: Any) -> tuple[datetime, datetime]:
    """The time that a date, instant or Period covers, its end left out."""
    if isinstance(value, dict):
        start, end = value.get("start"), value.get("end")
        return _stretch(start)[0] if start else EVER, _stretch(end)[1] if end else NEVER
    if "T" in value:
        at = datetime.fromisoformat(value).astimezone(UTC)
        return at, at + timedelta(milliseconds=1 if "." in value else 1000)
    year, month, day = [*map(int, value.split("-")), 0, 0][:3]
    after = date(year, month, day) + timedelta(days=1) if day else date(year + month // 12, month % 12 + 1, 1)
    return _midnight(date(year, month or 1, day or 1)), _midnight(after if month else date(year + 1, 1, 1))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ENGLAND).astimezone(UTC)
