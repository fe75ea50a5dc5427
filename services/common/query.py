"""The parameters of an address: each is known to its route and sent once, so that no misspelt filter is ignored."""

from collections.abc import Collection

from fastapi import Request
from fastapi.dependencies.models import Dependant

from services.common.errors import LIKE_A_FIELD, ServiceError, Unprocessable
from services.common.types import is_storable


class UnknownParameter(ServiceError):
    """A filter that this API does not know would otherwise answer with everything."""

    field = "/query"
    way_out = "Correct the name of the parameter, or leave it out; /docs says which ones there are."


class RepeatedParameter(ServiceError):
    """Of two values the one that is checked and the one that is used might differ."""

    field = "/query"
    way_out = "Send each parameter once."


class UnreadableParameter(Unprocessable):
    field = "/query"
    way_out = "Remove control characters and broken Unicode."


def names_of(dependant: Dependant) -> frozenset[str]:
    """The parameters that a route takes in the address, one by one or as the fields of one model."""
    inside = (name for each in dependant.dependencies for name in names_of(each))
    own = (
        name
        for field in dependant.query_params
        for name in getattr(field.field_info.annotation, "model_fields", (field.alias,))
    )
    return frozenset((*own, *inside))


def check(request: Request, known: Collection[str]) -> None:
    """Raises `UnknownParameter`, `RepeatedParameter` or `UnreadableParameter`. No unknown name is said back that does
    not look like one, for it may be anything."""
    pairs = request.query_params.multi_items()
    for name, value in pairs:
        if name not in known:
            named = f"/query/{name}" if LIKE_A_FIELD.fullmatch(name) else None
            raise UnknownParameter("The address has a parameter that is not known here.", field=named)
        # What was no UTF-8 arrives with the replacement character.
        if not is_storable(value) or "\ufffd" in value:
            raise UnreadableParameter("A parameter holds a character that cannot be kept.", field=f"/query/{name}")
    if len({name for name, _ in pairs}) != len(pairs):
        raise RepeatedParameter("The address has a parameter twice.")
