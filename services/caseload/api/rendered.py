"""How an answer carries the version of what it shows, alone or with its parts."""

from typing import Any

from fastapi import Response

from services.common.http import etag


def tagged(row: Any, response: Response) -> Any:
    """The row, with its version as the answer's ETag."""
    etag(response, row)
    return row


def whole(found: tuple[Any, list[Any]], parts: str, response: Response) -> dict[str, Any]:
    """The row with its parts under this name, and its version as the answer's ETag."""
    row, rows = found
    etag(response, row)
    return {**row.model_dump(), parts: rows}
