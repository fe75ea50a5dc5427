"""Hr as a neighbour that tells who somebody is, and its news that somebody's place in a team changed."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Response
from uuid6 import uuid7

from tests.running import NURSE, TEAM, Running


@dataclass
class Staff:
    colleagues: dict[str, Any] = field(default_factory=dict)

    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/v1/colleagues/{wanted}", self._colleague)
        return app

    def _colleague(self, wanted: str) -> Any:
        return self.colleagues.get(wanted) or Response(status_code=404)


def a_place(**changes: Any) -> dict[str, Any]:
    place = {"id": str(uuid7()), "version": 1, "team_id": str(TEAM), "role": "registered_nurse"}
    return place | {"from_on": "2025-06-01", "until_on": None} | changes


def a_colleague(*places: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The whole of what hr tells, and something of her file that it would not."""
    named = {"id": str(NURSE), "version": 1, "given_name": "Ruth", "family_name": "Adeyemi", "role": "registered_nurse"}
    return named | {"phone": "07700 900101", "memberships": list(places or [a_place()])} | changes


async def tell_of(system: Running, staff: Staff, colleague: dict[str, Any]) -> dict[str, Any]:
    """Hr holds this now, and says that a place of theirs changed."""
    staff.colleagues[colleague["id"]] = colleague
    place = colleague["memberships"][-1]
    told = {name: place[name] for name in ("team_id", "role", "from_on", "until_on")}
    changed = told | {"employee_id": colleague["id"]}
    await system.deliver("interop", "hr.team_membership.changed.v1", changed, version=place["version"])
    return colleague
