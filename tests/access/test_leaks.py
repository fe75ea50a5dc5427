"""A route that forgets to ask whose a thing is does not get past the matrix."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.caseload.api.shapes import ClientShape
from services.caseload.domain.client import Client
from services.caseload.main import SERVICE
from services.common.http import ByNurse, api_router
from tests.access.operations import operations
from tests.access.tally import Tally
from tests.access.test_matrix import hide_from_another_team, refuse_those_not_admitted
from tests.caseload.world import world
from tests.running import Databases

leaky = api_router(tags=["clients"])


@leaky.get("/clients/{client_id}", response_model=ClientShape)
async def read_anybody(tx: ByNurse, client_id: UUID) -> Any:
    """Any client, whosever it is; and the other services may not ask. Row-level security is put aside as well."""
    await tx.session.execute(text("select set_config('app.every_team', 'on', true)"))
    return await tx.session.get(Client, client_id)


async def test_a_route_that_forgets_whose_a_client_is_is_found(databases: Databases) -> None:
    (read,) = (one for one in operations("caseload") if one.name == "GET /v1/clients/{client_id}")
    async with world(replace(SERVICE, routers=(leaky, *SERVICE.routers)), databases) as made:
        tally = Tally()
        await hide_from_another_team(tally, made, read)
        assert [leak.rpartition("tells ")[2] for leak in tally.leaks] == [
            str(sorted({"Maureen", "Tabor", "9990000204", made.ids["client_id"]}))
        ]
        assert any("tells a thing from none" in fault for fault in tally.faults)


async def test_what_is_said_and_what_is_done_are_compared(databases: Databases) -> None:
    """A document that says less than its route admits, as one would be that was written by hand."""
    (read,) = (one for one in operations("caseload") if one.name == "GET /v1/omaha/problems")
    promised = replace(read, said={**read.said, "x-personas": ["coach"]})
    async with world(SERVICE, databases) as made:
        tally = Tally()
        await refuse_those_not_admitted(tally, made, promised)
        assert tally.faults == ["caseload GET /v1/omaha/problems answers nurse 200"]
