"""A device, a conflict and something that waits, for the tests that ask everybody for everything."""

from tests.access.world import World
from tests.caseload.story import OnCaseload, a_contact, new_id
from tests.caseload.sync.device import Device, ago


async def write_sync(made: World, client: OnCaseload) -> None:
    device, contact = Device(client.nurse), a_contact(client.episode_id, note="Hummed all morning")
    results = await device.push(
        device.did("record_care_contact", contact),
        device.did("record_care_contact", contact | {"interventions": []}),
        device.did("record_care_contact", contact | {"id": new_id(), "mood": "sunny"}),
    )
    (held,) = (await client.nurse.get("/v1/sync/reviews")).json()["items"]
    made.ids |= {"device_id": device.id, "conflict_id": results[1]["conflict_id"], "review_id": held["id"]}
    made.secrets["words"] |= {"Hummed all morning"}
    pushed = {"sent_at": ago(), "unsent": 0, "oldest_unsent_at": None, "operations": []}
    made.bodies |= {
        "POST /v1/sync/lost-devices": {"device_id": device.id},
        "POST /v1/sync/push": {"device_id": device.id, **pushed},
        "POST /v1/sync/conflicts/{conflict_id}/settle": {"settling": "as_it_stands", "reason": "A slip"},
        "POST /v1/sync/reviews/{review_id}/take-in": {"happened_at": ago()},
        "POST /v1/sync/reviews/{review_id}/set-aside": {"reason": f"Not ours: {new_id()}"},
    }
