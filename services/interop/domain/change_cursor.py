"""Where a social worker goes on among the changes of care plans."""

from services.common.errors import Unprocessable
from services.interop.domain import feed

KIND = b"\x02"


class UnknownPlace(Unprocessable):
    """A cursor is one that this list has handed out."""

    field = "/query/since"
    way_out = "Send next_cursor as it was given, or leave since out to begin with the oldest."

    def __init__(self) -> None:
        super().__init__("This is no cursor of this list.")


def cursor_at(position: int) -> str:
    return feed.cursor_at(position, KIND)


def place_of(since: str | None) -> int:
    """Raises `UnknownPlace`."""
    position = 0 if since is None else feed.position_of(since, KIND)
    if position is None:
        raise UnknownPlace
    return position
