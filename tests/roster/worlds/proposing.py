"""What roster's proposing adds to the world of the tests that ask everybody: ids, bodies and secrets."""

from tests.access.world import World
from tests.roster.proposing.facts import a_base, a_place, a_way, put


async def add(made: World) -> None:
    """A base, a client's place, and the way between them as the team knows it."""
    nurse = await made.system.nurse("roster")
    base, place = await put(nurse, "places", a_base()), await put(nurse, "places", a_place())
    way = await put(nurse, "travel-overrides", a_way(base["id"], place["id"]))
    made.ids |= {"place_id": place["id"], "travel_override_id": way["id"]}
    made.bodies |= {
        "PUT /v1/places/{place_id}": a_place(),
        "PUT /v1/travel-overrides/{travel_override_id}": a_way(base["id"], place["id"]),
    }
    made.secrets |= {"place": {str(place["latitude"]), str(place["longitude"])}}
