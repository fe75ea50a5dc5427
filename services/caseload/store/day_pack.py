"""A nurse's round as JSON, in one statement, however many clients and however much is known of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, get_args
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Select,
    Table,
    Uuid,
    any_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from services.caseload.domain.action import Action, ActionStatus
from services.caseload.domain.administration import Administration
from services.caseload.domain.base import Base
from services.caseload.domain.care_contact import CareContact, Note
from services.caseload.domain.care_plan import CarePlan, CarePlanLine, CarePlanStatus
from services.caseload.domain.client import Client, EpisodeOfCare, EpisodeStatus
from services.caseload.domain.clinical_test import ENDED, ClinicalTest
from services.caseload.domain.dose_in_dispute import DoseInDispute
from services.caseload.domain.end_of_life import EndOfLifePlan, EndOfLifeVersion
from services.caseload.domain.home import Home
from services.caseload.domain.medicine import A_DAY, Medicine
from services.caseload.domain.omaha import ClientProblem, OmahaRating
from services.caseload.domain.other_care import OtherCare
from services.caseload.domain.planned_visit import PLANNED, PlannedVisit
from services.caseload.domain.syringe_driver import SyringeDriver, SyringeDriverCheck
from services.caseload.domain.wound import Wound, WoundMeasurement
from services.caseload.store.planned_once import rows_planned_once
from services.caseload.store.plans_in_force import in_force
from services.common import json_rows
from services.common.db import Transaction
from services.common.types import midnight_in_england

LATEST_NOTES = 3
TEAMS = any_(bindparam("teams", type_=ARRAY(Uuid)))
EMPLOYEE = bindparam("employee_id", type_=Uuid)
DAY, DAY_BEFORE, TODAY = (bindparam(name, type_=Date) for name in ("day", "day_before", "today"))
FROM, TO = (bindparam(name, type_=DateTime(timezone=True)) for name in ("begins_at", "ends_at"))
# All that was committed before the statement looked: what changes later is told of from here on.
HORIZON: ColumnElement[int] = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint", BigInteger)
# Of which these numbers are; worked out once.
HISTORY: ColumnElement[int] = select(func.sync_history(type_=BigInteger)).scalar_subquery()


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


client, visit, home, episode, plan, line, contact, note = map(
    _table, (Client, PlannedVisit, Home, EpisodeOfCare, CarePlan, CarePlanLine, CareContact, Note)
)
wound, measurement, problem, rating, action, test, plan_for_the_end, its_version = map(
    _table,
    (Wound, WoundMeasurement, ClientProblem, OmahaRating, Action, ClinicalTest, EndOfLifePlan, EndOfLifeVersion),
)
medicine, administration, dispute, agency = map(_table, (Medicine, Administration, DoseInDispute, OtherCare))
driver, check = map(_table, (SyringeDriver, SyringeDriverCheck))
member = Base.metadata.tables["team_member"]


async def of_day(tx: Transaction, employee_id: UUID | None, day: date, shape: type[BaseModel]) -> Sequence[Any]:
    """A row for each client of the round, and one with nothing of a client where there is none.

    On every row are the `visits`, whether it is a colleague's round, and the `horizon` of this `history`; of a client
    the `document`, and as JSON what has still to be worked out: `medicines`, `administrations`, `disputed`, `agencies`.
    """
    begins_at, ends_at = midnight_in_england(day), midnight_in_england(day + A_DAY)
    days = {"day": day, "day_before": day - A_DAY, "today": tx.today, "begins_at": begins_at, "ends_at": ends_at}
    asked = {"employee_id": employee_id, "teams": list(await tx.teams()), **days}
    return await rows_planned_once(tx, _statement(shape), asked)


@cache
def _statement(shape: type[BaseModel]) -> Select[Any]:
    """Made once; the shape's fields name the parts."""
    visits, clients = (get_args(shape.model_fields[name].annotation)[0] for name in ("visits", "clients"))
    mine = union_all(*(select(visit).where(*_of_day(whose)) for whose in (visit.c.employee_id, visit.c.accompanied_by)))
    round_ = mine.cte("round")
    people = _people(clients, round_).cte("people")
    frame = select(true().label("is_there")).subquery()
    told = (_visits(visits, round_).label("visits"), _is_colleague().label("is_colleague"))
    place = (HORIZON.label("horizon"), HISTORY.label("history"))
    return select(*told, *place, people).select_from(frame.outerjoin(people, true())).order_by(people.c.id)


def _of_day(whose: ColumnElement[UUID]) -> tuple[ColumnElement[bool], ...]:
    in_time = (visit.c.starts_at >= FROM, visit.c.starts_at < TO)
    return (whose == EMPLOYEE, *in_time, visit.c.team_id == TEAMS, visit.c.status == PLANNED)


def _is_colleague() -> ColumnElement[bool]:
    """Somebody who is in a team of the caller's today."""
    in_time = (member.c.from_on <= TODAY, or_(member.c.until_on.is_(None), member.c.until_on >= TODAY))
    return exists().where(member.c.employee_id == EMPLOYEE, member.c.team_id == TEAMS, *in_time)


def _visits(shape: type[BaseModel], round_: FromClause) -> ColumnElement[str]:
    """In order, with the contact that was recorded of it since; none whose client is no longer the team's."""
    kept = select(contact.c.id).where(
        contact.c.visit_id == round_.c.visit_id, contact.c.employee_id == round_.c.employee_id
    )
    made = {"id": round_.c.visit_id, "care_contact_id": kept.correlate(round_).scalar_subquery()}
    wanted = select(*json_rows.fields(shape, round_, **made)).join(client, client.c.id == round_.c.client_id)
    in_order = wanted.where(client.c.team_id == TEAMS).order_by(round_.c.starts_at, round_.c.visit_id)
    return json_rows.as_text(json_rows.several(in_order))


def _people(shape: type[BaseModel], round_: FromClause) -> Select[Any]:
    parts = (
        PARTS[name](_inner(field.annotation)).label(name) for name, field in shape.model_fields.items() if name in PARTS
    )
    document = json_rows.as_text(json_rows.one(select(*parts).correlate(client))).label("document")
    raw = (json_rows.as_text(json_rows.several(wanted)).label(name) for name, wanted in _worked_out().items())
    mine = client.c.id.in_(select(round_.c.client_id))
    return select(client.c.id, client.c.team_id, document, *raw).where(mine, client.c.team_id == TEAMS)


def _inner(annotation: Any) -> type[BaseModel]:
    """The shape itself, whether there is one, several or perhaps none of it."""
    inside = [one for one in get_args(annotation) if one is not type(None)]
    shape: type[BaseModel] = inside[0] if inside else annotation
    return shape


def _client(shape: type[BaseModel]) -> ColumnElement[Any]:
    return json_rows.one(select(*json_rows.fields(shape, client)).correlate(client))


def _home(shape: type[BaseModel]) -> ColumnElement[Any]:
    return json_rows.one(_own(home, shape))


def _own(table: Table, shape: type[BaseModel], **made: ColumnElement[Any]) -> Select[Any]:
    return select(*json_rows.fields(shape, table, **made)).where(table.c.client_id == client.c.id).correlate(client)


def _goes_on() -> Select[Any]:
    return select(episode.c.id).where(episode.c.client_id == client.c.id, episode.c.status != EpisodeStatus.FINISHED)


def _episode(shape: type[BaseModel]) -> ColumnElement[Any]:
    return json_rows.one(_own(episode, shape).where(episode.c.status != EpisodeStatus.FINISHED))


def _care_plan(shape: type[BaseModel]) -> ColumnElement[Any]:
    """The plan in force, or the newest draft while there is none, with its lines."""
    lines = select(*json_rows.fields(_inner(shape.model_fields["lines"].annotation), line))
    of_plan = lines.where(line.c.care_plan_id == plan.c.id).order_by(line.c.position).correlate(plan)
    is_draft = plan.c.status == CarePlanStatus.DRAFT
    wanted = _own(plan, shape, lines=json_rows.several(of_plan)).where(
        plan.c.episode_of_care_id.in_(_goes_on().correlate(client)), or_(in_force(), is_draft)
    )
    return json_rows.one(wanted.order_by(is_draft, plan.c.id.desc()).limit(1))


def _end_of_life(shape: type[BaseModel]) -> ColumnElement[Any]:
    joined = its_version.join(plan_for_the_end, plan_for_the_end.c.id == its_version.c.end_of_life_plan_id)
    wanted = select(*json_rows.fields(shape, its_version)).select_from(joined)
    mine = wanted.where(plan_for_the_end.c.client_id == client.c.id).correlate(client)
    return json_rows.one(mine.order_by(its_version.c.number.desc()).limit(1))


def _problems(shape: type[BaseModel]) -> ColumnElement[Any]:
    rated = _inner(shape.model_fields["last_rating"].annotation)
    last = _latest(rated, rating, rating.c.problem_id == problem.c.id, rating.c.rated_at)
    wanted = _own(problem, shape, last_rating=last)
    of_episode = wanted.where(problem.c.episode_of_care_id.in_(_goes_on().correlate(client)))
    return json_rows.several(of_episode.order_by(problem.c.code, problem.c.id))


def _notes(shape: type[BaseModel]) -> ColumnElement[Any]:
    """By the contacts that they are about, the latest first, so that an index leads to them however many there are."""
    joined = contact.join(note, note.c.care_contact_id == contact.c.id)
    wanted = select(*json_rows.fields(shape, note)).select_from(joined).where(contact.c.client_id == client.c.id)
    latest = (contact.c.started_at.desc(), note.c.written_at.desc(), note.c.id.desc())
    return json_rows.several(wanted.correlate(client).order_by(*latest).limit(LATEST_NOTES))


def _wounds(shape: type[BaseModel]) -> ColumnElement[Any]:
    measured = _inner(shape.model_fields["last_measurement"].annotation)
    last = _latest(measured, measurement, measurement.c.wound_id == wound.c.id, measurement.c.measured_at)
    return json_rows.several(_own(wound, shape, last_measurement=last).order_by(wound.c.id))


def _latest(
    shape: type[BaseModel], table: Table, of_it: ColumnElement[bool], at: ColumnElement[Any]
) -> ColumnElement[Any]:
    wanted = select(*json_rows.fields(shape, table)).where(of_it).correlate_except(table)
    return json_rows.one(wanted.order_by(at.desc(), table.c.id.desc()).limit(1))


def _actions(shape: type[BaseModel]) -> ColumnElement[Any]:
    return json_rows.several(_own(action, shape).where(action.c.status == ActionStatus.OPEN).order_by(action.c.id))


def _tests(shape: type[BaseModel]) -> ColumnElement[Any]:
    waiting = (test.c.status != ended for ended in ENDED)
    return json_rows.several(_own(test, shape).where(*waiting).order_by(test.c.id))


def _drivers(shape: type[BaseModel]) -> ColumnElement[Any]:
    """Those that run, each with the last look at it."""
    seen = _inner(shape.model_fields["last_check"].annotation)
    last = _latest(seen, check, check.c.syringe_driver_id == driver.c.id, check.c.checked_at)
    runs = _own(driver, shape, last_check=last).where(driver.c.stopped_at.is_(None))
    return json_rows.several(runs.order_by(driver.c.id))


# What the database writes of a client, by the field of the shape; the rest is worked out by the domain.
PARTS: Mapping[str, Callable[[type[BaseModel]], ColumnElement[Any]]] = {
    "client": _client,
    "home": _home,
    "episode_of_care": _episode,
    "care_plan": _care_plan,
    "end_of_life": _end_of_life,
    "problems": _problems,
    "notes": _notes,
    "wounds": _wounds,
    "actions": _actions,
    "tests": _tests,
    "syringe_drivers": _drivers,
}


def _worked_out() -> dict[str, Select[Any]]:
    """As they are stored: the medicines in use, what was recorded of their courses around the day, what of it is in
    dispute, and the agencies."""
    in_use = (
        medicine.c.stopped_at.is_(None),
        medicine.c.starts_on <= DAY,
        or_(medicine.c.ends_on.is_(None), medicine.c.ends_on >= DAY),
    )
    near = administration.c.happened_at.between(FROM - A_DAY, TO + A_DAY)
    of_the_day = (administration.c.due_at >= FROM) & (administration.c.due_at < TO)
    recorded = select(*administration.c, medicine.c.course_id).join(
        medicine, medicine.c.id == administration.c.medicine_id
    )
    # Each by its index, for a medicine may have been given for years.
    either = (recorded.where(medicine.c.client_id == client.c.id, one) for one in (near, of_the_day & ~near))
    around = union_all(*(one.correlate(client) for one in either)).subquery()
    disputed = (
        select(*dispute.c, medicine.c.course_id)
        .join(medicine, medicine.c.id == dispute.c.medicine_id)
        .where(dispute.c.client_id == client.c.id, dispute.c.happened_at.between(FROM - A_DAY, TO + A_DAY))
    )
    # Whoever came on the evening before may still be there.
    comes = (agency.c.from_on <= DAY, or_(agency.c.until_on.is_(None), agency.c.until_on >= DAY_BEFORE))
    wanted = {
        "medicines": select(medicine).where(medicine.c.client_id == client.c.id, *in_use).order_by(medicine.c.id),
        "administrations": select(around).order_by(around.c.id),
        "disputed": disputed.order_by(dispute.c.id),
        "agencies": select(agency).where(agency.c.client_id == client.c.id, *comes).order_by(agency.c.id),
    }
    return {name: one.correlate(client) for name, one in wanted.items()}
