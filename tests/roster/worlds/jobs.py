"""What roster's jobs adds to the world of the tests that ask everybody: ids, bodies and secrets."""

from tests.access.world import World


async def add(made: World) -> None:
    """Nothing yet."""
