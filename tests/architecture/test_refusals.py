"""Every refusal names the field and the way out, in words for the person who hit it (mission row 1.18)."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import services as package
from services.common.errors import ServiceError

ABSTRACT = {"Refusal", "ServiceError", "Conflict", "Unprocessable", "NotTaken", "EntryRefused"}


def _import_everything() -> None:
    for module in pkgutil.walk_packages(package.__path__, "services."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def refusals() -> Iterator[type[ServiceError]]:
    _import_everything()
    waiting = [ServiceError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__name__ not in ABSTRACT:
            yield kind


REFUSALS = sorted(set(refusals()), key=lambda kind: f"{kind.__module__}.{kind.__name__}")


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_a_refusal_says_the_way_out(kind: type[ServiceError]) -> None:
    assert 400 <= kind.status <= 599
    assert kind.way_out.endswith("."), "say in a sentence what to do"
    assert kind.field.startswith(("/body", "/path", "/query", "/header")) or kind.status == 503


def test_there_are_refusals_to_look_at() -> None:
    assert len(REFUSALS) > 40
