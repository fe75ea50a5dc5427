"""What is published is what is on file, and every consumer reads only what its publisher promises."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, create_model

from demo import contracts
from demo.compose import services
from demo.release import missing_from

PUBLISHED = contracts.published()
READERS = contracts.readers()
PERSONAL = {"given_name", "family_name", "name", "nhs_number", "birth_on", "address_line", "postcode", "phone", "words"}


def test_the_contracts_on_file_are_current() -> None:
    wanted = dict(contracts.files())
    assert contracts.on_file() == set(wanted), "run `make contracts`"
    stale = [path.name for path, text in wanted.items() if path.read_text("utf-8") != text]
    assert stale == [], "run `make contracts` and review what changed"


def test_every_event_has_a_consumer_and_every_consumer_an_event() -> None:
    """An event that no queue takes would wait in its outbox for ever, and a queue without an event would stay empty."""
    assert without_an_other_end(set(PUBLISHED)) == set()


def without_an_other_end(published: set[str]) -> set[str]:
    return published ^ {name for names in contracts.queues().values() for name in names}


def test_an_event_without_a_consumer_and_a_consumer_without_an_event_are_found() -> None:
    unheard, unsaid = "hr.nobody.listens.v1", "caseload.care_contact.recorded.v1"
    assert without_an_other_end({*PUBLISHED, unheard} - {unsaid}) == {unheard, unsaid}


@pytest.mark.parametrize("name", PUBLISHED)
def test_an_event_is_named_for_its_service_its_thing_and_its_version(name: str) -> None:
    service, *_, version = name.split(".")
    assert service in services()
    assert version.startswith("v")
    assert f"{PUBLISHED[name].__module__}.".startswith(f"services.{service}.events.")


@pytest.mark.parametrize("name", PUBLISHED)
def test_an_event_carries_no_personal_data(name: str) -> None:
    assert field_names(PUBLISHED[name].model_json_schema()) & PERSONAL == set()


@pytest.mark.parametrize("queue", READERS)
def test_a_consumer_reads_only_what_is_promised(queue: str) -> None:
    promised = PUBLISHED[contracts.event_of(queue)].model_json_schema()
    assert missing_from(promised, READERS[queue].model_json_schema()) == []


class Part(BaseModel):
    minutes: int


class Publishes(BaseModel):
    id: int
    maybe: str | None = None
    parts: list[Part]


def reads(**fields: Any) -> dict[str, Any]:
    read: type[BaseModel] = create_model("Reads", **fields)
    return read.model_json_schema()


class PartWithMore(BaseModel):
    minutes: int
    seconds: int


MORE = {
    "a field that is not there": reads(absent=(int, ...)),
    "a field of another type": reads(id=(str, ...)),
    "a field that may be null": reads(maybe=(str, "")),
    "a field that may be left out": reads(maybe=(str | None, ...)),
    "a number that is bounded": reads(id=(Annotated[int, Field(gt=0)], ...)),
    "one of a few values": reads(maybe=(Literal["a", "b"] | None, None)),
    "a part's field that is not there": reads(parts=(list[PartWithMore], ...)),
}


@pytest.mark.parametrize("wanted", MORE.values(), ids=MORE.keys())
def test_a_consumer_that_wants_more_is_caught(wanted: dict[str, Any]) -> None:
    assert missing_from(Publishes.model_json_schema(), wanted) != []


def test_a_consumer_that_wants_less_is_content() -> None:
    maybe: dict[str, Any] = {"maybe": (str | None, None), "absent": (PartWithMore | None, None)}
    fewer = reads(id=(float, ...), parts=(list[Part], ...), **maybe)
    assert missing_from(Publishes.model_json_schema(), fewer) == []


def field_names(schema: Any) -> set[str]:
    """Every field anywhere in a schema."""
    if isinstance(schema, list):
        return set().union(*map(field_names, schema))
    if not isinstance(schema, dict):
        return set()
    own = schema.get("properties", {})
    return {*own, *set().union(*map(field_names, schema.values()))}
