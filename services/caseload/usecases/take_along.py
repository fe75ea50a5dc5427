"""Taking a round along: a nurse's day with everything that is needed at each door, for where there is no signal."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, get_args
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from services.caseload.domain.administration import Administration
from services.caseload.domain.day_pack import NoSuchColleague, require_rules, to_give, told
from services.caseload.domain.dose_in_dispute import DoseInDispute
from services.caseload.domain.medicine import Medicine
from services.caseload.domain.other_care import OtherCare, calls_of_day
from services.caseload.domain.rule import RuleCode
from services.caseload.domain.sync_change import Place
from services.caseload.store import day_pack
from services.common.db import Transaction
from services.common.reach import reads
from services.common.rulebook import rules_in_force
from services.common.rules import Rule


@dataclass(frozen=True)
class Packed:
    """The round as JSON, and from where on what changes is still to be told."""

    document: str
    sync_from: Place


async def take_along(tx: Transaction, day: date, employee_id: UUID | None, shape: type[BaseModel]) -> Packed:
    """The round of a day in one answer: the caller's own, or that of a team-mate. It hangs on no clock, so that it
    stays the same for as long as nothing in it changes.

    Raises `NoSuchColleague` or `NoRuleInForce`.
    """
    rules = {rule.code: rule for rule in await rules_in_force(tx, day)}
    require_rules(rules)
    whose = employee_id or tx.actor.employee_id
    found = await day_pack.of_day(tx, whose, day, shape)
    frame = found[0]
    if employee_id not in (None, tx.actor.employee_id) and not frame.is_colleague:
        raise NoSuchColleague
    clients = [row for row in found if row.id is not None]
    for row in clients:
        reads(tx, row.id, row.team_id)
    inner = get_args(shape.model_fields["clients"].annotation)[0]
    written = ",".join(_client(row, day, rules, inner) for row in clients)
    head = f'"on":"{day}","employee_id":{json.dumps(whose and str(whose))},"visits":{frame.visits}'
    head += f',"driver_check_hours":{rules[RuleCode.DRIVER_CHECK_HOURS].amount}'
    return Packed(f'{{{head},"clients":[{written}]}}', Place(frame.history, frame.horizon, 0))


def _client(row: Any, day: date, rules: Mapping[str, Rule], shape: type[BaseModel]) -> str:
    """What the database wrote of a client, with the doses and the calls of the day, which the domain works out."""
    recorded: defaultdict[str, list[Administration]] = defaultdict(list)
    for one in json.loads(row.administrations):
        recorded[one["course_id"]].append(Administration.model_validate(one))
    disputed: defaultdict[str, list[DoseInDispute]] = defaultdict(list)
    for one in json.loads(row.disputed):
        disputed[one["course_id"]].append(DoseInDispute.model_validate(one))
    medicines = [Medicine.model_validate(one) for one in json.loads(row.medicines)]
    agencies = [OtherCare.model_validate(one) for one in json.loads(row.agencies)]
    worked_out = {
        "medicines": [
            to_give(one, day, rules, recorded[str(one.course_id)], disputed[str(one.course_id)]) for one in medicines
        ],
        "calls": [told(call) for call in calls_of_day(agencies, day)],
    }
    parts = (f'"{name}":{_written(shape, name, value)}' for name, value in worked_out.items())
    return f"{row.document[:-1]},{','.join(parts)}}}"


def _written(shape: type[BaseModel], name: str, value: Any) -> str:
    adapter = _adapter(shape, name)
    return adapter.dump_json(adapter.validate_python(value, from_attributes=True)).decode()


@cache
def _adapter(shape: type[BaseModel], name: str) -> TypeAdapter[Any]:
    annotation: Any = shape.model_fields[name].annotation
    return TypeAdapter(annotation)
