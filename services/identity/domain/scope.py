"""What a system asks for, held against what was agreed. The first version of SMART had other names for the same."""

import re
from collections.abc import Collection

from services.common.scopes import CLINICAL, covers
from services.identity.domain.oauth import InvalidScope

OTHER = re.compile(r"[a-z][a-z._-]{0,63}:[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
FIRST_VERSION = {"read": "rs", "write": "cud", "*": "cruds"}
MOST_SCOPES = 100


def normal(scope: str) -> str:
    """One scope in the form of version 2. Raises `InvalidScope`."""
    begin, _, rights = scope.rpartition(".")
    newer = f"{begin}.{FIRST_VERSION.get(rights, rights)}"
    if OTHER.fullmatch(scope):
        return scope
    found = CLINICAL.fullmatch(newer)
    if found is None or not found[3]:
        raise InvalidScope
    return newer


def granted(asked: str, agreed: Collection[str]) -> str:
    """What was asked for, all of which was agreed beforehand. Raises `InvalidScope`."""
    scopes = asked.split(" ") if asked else []
    if not scopes or len(scopes) > MOST_SCOPES:
        raise InvalidScope
    wanted = [normal(scope) for scope in scopes]
    if not all(any(covers(one, scope) for one in agreed) for scope in wanted):
        raise InvalidScope
    return " ".join(dict.fromkeys(wanted))
