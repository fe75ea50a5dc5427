"""What reads a place of a request: where two places are read by the very same thing, they refuse the same."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

from services.common.access import Requires
from services.common.http import ToldOnceRoute, TransactionRoute, if_match, if_match_or_new
from services.common.paging import page_request
from services.common.reports import ReportRoute
from tests.api.operations import Operation

At = tuple[str | int, ...]
BadT = TypeVar("BadT")
# Routes of these classes differ in their names and in what they take, and in nothing that they do to a request.
PLAIN = {TransactionRoute, ToldOnceRoute, ReportRoute}
READS_VERSIONS = {if_match, if_match_or_new}


class Tried:
    """Everything is tried on each reader once. At each further place of its own, one thing is, the next in turn, which
    shows that the place is read by it."""

    def __init__(self) -> None:
        self._places: Counter[Hashable] = Counter()

    def still(self, kind: str, reader: Hashable, bads: Sequence[BadT]) -> Sequence[BadT]:
        """What is to be tried at a place of this kind; all of it where nobody knows what reads it."""
        before = self._places[kind, reader, bads]
        self._places[kind, reader, bads] += 1
        if reader is None or before == 0 or not bads:
            return bads
        return (bads[before % len(bads)],)


def of_route(operation: Operation) -> Hashable:
    """What looks at every request before its fields are read; the route itself where that has a way of its own."""
    route = operation.route
    asked = frozenset(one.call for one in _each(route.dependant) if not isinstance(one.call, Requires))
    return (type(route), asked - {route.endpoint}) if type(route) in PLAIN else id(route)


def of_parameter(operation: Operation, name: str) -> Hashable:
    """What reads a parameter of the address. None where that is a text, of which the use case makes what it will."""
    for dependant in _each(operation.route.dependant):
        for one in (*dependant.path_params, *dependant.query_params):
            inside = getattr(one.field_info.annotation, "model_fields", {one.alias: one.field_info})
            if name in inside:
                told = inside[name]
                typed = (_typed(told.annotation), repr(told.metadata))
                texts = str in _leaves(told.annotation) and dependant.call is not page_request
                return None if texts else (of_route(operation), name if dependant.call is page_request else "", typed)
    return None


def of_version(operation: Operation) -> Hashable:
    """What reads If-Match."""
    reads = frozenset(one.call for one in _each(operation.route.dependant)) & READS_VERSIONS
    return (of_route(operation), reads) if reads else None


def of_body(operation: Operation, at: At) -> Hashable:
    """What reads this place of a body: its type, and whatever has a look at it before. None where that is not known."""
    read = operation.route.body_field.field_info
    annotation, metadata, looks = read.annotation, read.metadata, list[Any]()
    for step in at:
        if isinstance(step, int):
            inside = [get_args(one)[0] for one in _parts(annotation) if get_origin(one) in (list, tuple, Sequence)]
        else:
            inside = [one for one in _parts(annotation) if isinstance(one, type) and issubclass(one, BaseModel)]
        if len(inside) != 1:
            return None
        annotation, metadata = inside[0], []
        if isinstance(step, str):
            looks += [annotation] if _looks_itself(annotation) else []
            found = {one.alias or name: one for name, one in annotation.model_fields.items()}.get(step)
            if found is None:
                return None
            annotation, metadata = found.annotation, found.metadata
    return of_route(operation), tuple(looks), _typed(annotation), repr(metadata)


def _each(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for one in dependant.dependencies:
        yield from _each(one)


def _looks_itself(model: type[BaseModel]) -> bool:
    """Whether a class has a rule of its own that sees what was sent before the field's type has refused it."""
    own = model.__pydantic_decorators__
    rules = [*own.model_validators.values(), *own.field_validators.values()]
    return bool(own.validators or own.root_validators) or any(one.info.mode != "after" for one in rules)


def _parts(annotation: Any) -> Iterator[Any]:
    """The types that a value may have, past None and what is said of them."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from _parts(arguments[0])
    elif origin is not None and (origin is Union or origin.__name__ == "UnionType"):
        yield from (part for one in arguments for part in _parts(one) if part is not type(None))
    else:
        yield annotation


def _typed(annotation: Any) -> Hashable:
    """The type by its classes, with what is said of it."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is None or origin is Literal:
        return annotation if isinstance(annotation, type) else repr(annotation)
    if origin is Annotated:
        return _typed(arguments[0]), repr(arguments[1:])
    return origin, tuple(map(_typed, arguments))


def _leaves(annotation: Any) -> set[Any]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is None or origin is Literal:
        return {annotation}
    inner = arguments[:1] if origin is Annotated else arguments
    return set().union(*map(_leaves, inner)) if inner else {annotation}
