"""National role-based access control, as NHS CIS2 tells it in its user information."""

from collections.abc import Collection
from typing import Any


def chosen_role(claims: dict[str, Any], organisations: Collection[str]) -> list[str]:
    """The words for the role that was chosen at sign-in: the whole code (activity set, job category, job role) and the
    job role alone. Nothing where none was chosen, or it is one of an organisation that is not ours."""
    chosen, roles = claims.get("selected_roleid"), claims.get("nhsid_nrbac_roles")
    for role in roles if isinstance(roles, list) else []:
        if not isinstance(role, dict) or not chosen or role.get("person_roleid") != chosen:
            continue
        code = role.get("role_code")
        if isinstance(code, str) and role.get("org_code") in organisations:
            return [code, code.rpartition(":")[2]]
    return []
