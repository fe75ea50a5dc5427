"""A search that is kept and asked later, over and over: by whoever subscribes, and by what an export leaves out."""

import re

from services.interop.fhir import registry, search
from services.interop.fhir.asked import Search, UnknownParameter

# Parameters of a search that narrow what is found; the others say how a page of it is shown.
NARROWING = re.compile(r"(?!_)[a-z-]+(:[A-Za-z-]+)?(\.[a-z-]+)?|_id|_has:.*", re.ASCII)


def parsed(criteria: str) -> tuple[registry.ServedType, Search]:
    """Raises `ServiceError` for what is no search here, or would name a person."""
    name, _, query = criteria.partition("?")
    kind = registry.served(name)
    pairs = search.parameters(query)
    if any(NARROWING.fullmatch(one) is None for one, _ in pairs):
        raise UnknownParameter("A criteria has parameters that narrow a search, and no others.")
    return kind, search.parse(kind, pairs, [], strict=True)
