"""The whole record of one client as JSON, in one statement, whatever its length."""

from functools import cache
from typing import Any, get_args
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Select, Table, Uuid, bindparam, select

from services.caseload.domain.assessment import Assessment
from services.caseload.domain.care_contact import CareActivity, CareContact, Note
from services.caseload.domain.care_plan import CarePlan, CarePlanLine
from services.caseload.domain.carer import Carer
from services.caseload.domain.client import Client, EpisodeOfCare
from services.caseload.domain.independence import IndependenceGoal
from services.caseload.domain.medicine import Medicine
from services.caseload.domain.network import NetworkPerson
from services.caseload.domain.omaha import ClientProblem, OmahaRating
from services.caseload.domain.photo import Photo
from services.caseload.domain.referral import Referral
from services.caseload.domain.surgery_note import SurgeryNote
from services.caseload.domain.surgery_share import SurgeryShare
from services.caseload.domain.wound import Wound, WoundMeasurement
from services.common import json_rows
from services.common.db import Transaction
from services.common.prepared import Prepared
from services.common.reach import reach, within_reach

CLIENT_ID = bindparam("client_id", type_=Uuid)
# What is the client's own, and what belongs to something of theirs, by which column.
OWN: dict[str, Any] = {
    "referral": Referral,
    "episode_of_care": EpisodeOfCare,
    "assessment": Assessment,
    "client_problem": ClientProblem,
    "care_plan": CarePlan,
    "goal": IndependenceGoal,
    "care_contact": CareContact,
    "wound": Wound,
    "photo": Photo,
    "medicine": Medicine,
    "surgery_note": SurgeryNote,
    "surgery_share": SurgeryShare,
    "network_person": NetworkPerson,
    "carer": Carer,
}
WITHIN: dict[str, tuple[Any, str, Any]] = {
    "ratings": (OmahaRating, "problem_id", ClientProblem),
    "lines": (CarePlanLine, "care_plan_id", CarePlan),
    "activities": (CareActivity, "care_contact_id", CareContact),
    "notes": (Note, "care_contact_id", CareContact),
    "measurements": (WoundMeasurement, "wound_id", Wound),
}


async def of_client(tx: Transaction, client_id: UUID, shape: type[BaseModel]) -> Any:
    """`team_id`, `version` and the `document`, in the shape whose fields name the parts; none for a client out of
    reach."""
    found = await tx.rows(_statement(shape), {"client_id": client_id, **reach(tx)})
    return found[0] if found else None


@cache
def _statement(shape: type[BaseModel]) -> Prepared:
    client = _table(Client)
    parts = select(*(_part(name, field.annotation).label(name) for name, field in shape.model_fields.items()))
    document = json_rows.as_text(json_rows.one(parts)).label("document")
    told = select(client.c.team_id, client.c.version, document)
    return Prepared(told.where(client.c.id == CLIENT_ID, within_reach(client)))


def _part(name: str, annotation: Any) -> Any:
    if name == "client":
        client = _table(Client)
        return json_rows.one(select(*json_rows.fields(annotation, client)).where(client.c.id == CLIENT_ID))
    (shape,) = get_args(annotation)
    table, wanted = _rows(name, shape)
    return json_rows.several(wanted.order_by(table.c.id))


def _rows(name: str, shape: type[BaseModel]) -> tuple[Table, Select[Any]]:
    if name in OWN:
        table = _table(OWN[name])
        return table, select(*json_rows.fields(shape, table)).where(table.c.client_id == CLIENT_ID)
    model, column, owner_model = WITHIN[name]
    table, owner = _table(model), _table(owner_model)
    joined = select(*json_rows.fields(shape, table)).join(owner, owner.c.id == table.c[column])
    return table, joined.where(owner.c.client_id == CLIENT_ID)


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table
