"""Which plan of an episode of care is in force, for whoever asks."""

from typing import Any

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col

from services.caseload.domain.care_plan import CarePlan, CarePlanStatus


def in_force() -> ColumnElement[bool]:
    """The newest plan that the client agreed in its episode of care."""
    newer = aliased(CarePlan)
    later: Any = tuple_(col(newer.agreed_on), col(newer.id)) > tuple_(col(CarePlan.agreed_on), col(CarePlan.id))
    replaced = select(col(newer.id)).where(
        col(newer.episode_of_care_id) == col(CarePlan.episode_of_care_id),
        col(newer.status) == CarePlanStatus.AGREED,
        later,
    )
    return (col(CarePlan.status) == CarePlanStatus.AGREED) & ~replaced.correlate(CarePlan).exists()
