"""Two places are taken for one only where the very same thing reads them."""

from datetime import date
from typing import Annotated, Any

import pytest
from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator

from services.common.http import ByNurse, IfMatch, TransactionRoute
from services.common.types import Day, Input
from tests.api import alike
from tests.api.operations import Operation


class Asked(TransactionRoute):
    """Looks at what was sent in a way of its own."""


class OnDay(Input):
    on: Day


class Again(Input):
    on: Day


class AnyDay(Input):
    on: date


class Later(Input):
    on: Annotated[Day, Field(ge=date(2026, 1, 1))]


class Looking(Input):
    on: Day

    @model_validator(mode="before")
    @classmethod
    def _look(cls, sent: Any) -> Any:
        return sent


def an_operation(body: type[BaseModel], of: type[TransactionRoute] = TransactionRoute) -> Operation:
    """A route of this class that takes this body."""

    async def put(tx: ByNurse, body: Any) -> None:
        """Nothing is done."""

    return _at(put, body, of)


def a_versioned_operation(body: type[BaseModel]) -> Operation:
    async def put(tx: ByNurse, version: IfMatch, body: Any) -> None:
        """Nothing is done."""

    return _at(put, body, TransactionRoute)


def _at(put: Any, body: type[BaseModel], of: type[TransactionRoute]) -> Operation:
    put.__annotations__["body"] = body
    router = APIRouter(route_class=of)
    router.put("/things")(put)
    (route,) = router.routes
    return Operation("PUT", "/things", None, [], {}, {}, route)  # type: ignore[arg-type]


KNOWN = an_operation(OnDay)


def test_fields_of_one_type_are_read_alike() -> None:
    assert alike.of_body(KNOWN, ("on",)) == alike.of_body(an_operation(Again), ("on",)) is not None


@pytest.mark.parametrize(
    "other",
    [
        an_operation(AnyDay),
        an_operation(Later),
        an_operation(Looking),
        an_operation(OnDay, Asked),
        a_versioned_operation(OnDay),
    ],
    ids=["another type", "a narrower one", "a rule that looks first", "another route's way", "another dependency"],
)
def test_whatever_reads_a_field_otherwise_is_tried_by_itself(other: Operation) -> None:
    assert alike.of_body(KNOWN, ("on",)) != alike.of_body(other, ("on",))


def test_an_object_is_as_strict_as_its_own_class() -> None:
    assert alike.of_body(KNOWN, ()) != alike.of_body(an_operation(Again), ())


def test_everything_is_tried_on_each_reader_and_one_thing_in_turn_at_each_other_place() -> None:
    tried = alike.Tried()
    assert [tried.still("body", "one", (1, 2, 3)) for _ in range(4)] == [(1, 2, 3), (2,), (3,), (1,)]
    assert tried.still("body", "another", (1, 2, 3)) == (1, 2, 3)
    assert tried.still("query", "one", (1, 2, 3)) == (1, 2, 3)
    assert [tried.still("body", None, (1, 2)) for _ in range(2)] == [(1, 2), (1, 2)]
