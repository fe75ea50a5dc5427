"""What leaves the house by itself, or in bulk, is on record with whom it was about."""

from typing import Any
from uuid import UUID

from services.common.audit.tables import EVENT
from tests.common.audited import newest, trail
from tests.interop.council import Council, agree, connect, support, take_on
from tests.interop.records import Caseload
from tests.interop.telling import plan_visit
from tests.running import Running, until


async def test_what_a_council_is_told_is_on_record_as_the_councils_access(
    system: Running, caseload: Caseload, council: Council
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id)
    await support(system, client_id, 10)
    await until(lambda: council.heard)
    (row,) = await until(lambda: deliveries(system))
    assert (row.subject, row.persona) == (f"connection:{connection_id}", "council")
    assert (row.action, row.entity_type, row.purpose, row.outcome) == ("E", "council_delivery", "COC", 0)
    assert row.client_ids == [UUID(client_id)]


async def deliveries(system: Running) -> Any:
    return [row for row in await trail(system.databases["interop"], EVENT) if row.operation == "deliver to a council"]


async def test_the_feed_names_everybody_whom_its_events_are_about(interop: Running, trust: Any) -> None:
    told = [(await plan_visit(interop))["client_id"] for _ in range(3)]
    page = (await trust.get("/v1/events", params={"limit": 2})).json()
    assert [event["data"]["client_id"] for event in page["items"]] == told[:2]
    row = await newest(interop.databases["interop"])
    assert row.client_ids == sorted(UUID(one) for one in told[:2])
