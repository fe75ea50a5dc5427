"""Scopes of SMART App Launch 2, `system/Patient.rs`: the grammar is the standard's, the order of letters included."""

import re
from collections.abc import Collection

from services.identity.domain.oauth import InvalidScope

CLINICAL = re.compile(r"(patient|user|system)/([A-Z][A-Za-z]{1,63}|\*)\.(c?r?u?d?s?|read|write|\*)", re.ASCII)
OTHER = re.compile(r"[a-z][a-z._-]{0,63}:[a-z][a-z._-]{0,63}", re.ASCII)
# The names that version 1 had for the same.
FIRST_VERSION = {"read": "rs", "write": "cud", "*": "cruds"}
MOST_SCOPES = 100


def normal(scope: str) -> str:
    """One scope in the form of version 2. Raises `InvalidScope`."""
    if OTHER.fullmatch(scope):
        return scope
    found = CLINICAL.fullmatch(scope)
    if found is None or not found[3]:
        raise InvalidScope
    return f"{found[1]}/{found[2]}.{FIRST_VERSION.get(found[3], found[3])}"


def granted(asked: str, agreed: Collection[str]) -> str:
    """What was asked for, all of which was agreed beforehand. Raises `InvalidScope`."""
    scopes = asked.split(" ") if asked else []
    if not scopes or len(scopes) > MOST_SCOPES:
        raise InvalidScope
    wanted = [normal(scope) for scope in scopes]
    if not all(any(covers(one, scope) for one in agreed) for scope in wanted):
        raise InvalidScope
    return " ".join(dict.fromkeys(wanted))


def covers(agreed: str, wanted: str) -> bool:
    """Whether the one that was agreed, in its normal form, allows all that the other asks for."""
    if agreed == wanted:
        return True
    ours, theirs = CLINICAL.fullmatch(agreed), CLINICAL.fullmatch(wanted)
    if ours is None or theirs is None:
        return False
    return ours[1] == theirs[1] and ours[2] in ("*", theirs[2]) and set(theirs[3]) <= set(ours[3])
