"""A drawing as whoever asks for it takes it: SVG, PNG, or a page with both."""

import base64
import html
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from services.common.errors import ServiceError
from services.roster.api.pictures.canvas import Drawing, png, svg

SVG, PNG, PAGE = "image/svg+xml", "image/png", "text/html"
# A picture of a team's days is kept by nobody on the way, and what it holds runs nothing.
HEADERS = {
    "Cache-Control": "no-store",
    "Vary": "Accept",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox",
}
PRODUCES: dict[int | str, dict[str, Any]] = {
    200: {"content": {SVG: {}, PNG: {}, PAGE: {}}, "description": "The picture, as Accept asks for it."}
}


class NoSuchPicture(ServiceError):
    status = 406
    field = "/header/Accept"
    way_out = f"Ask for {SVG}, {PNG} or {PAGE}."

    def __init__(self) -> None:
        super().__init__("A picture is not made in this form.")


async def shown(request: Request, drawing: Drawing) -> Response:
    """Raises `NoSuchPicture`."""
    kind = accepted(request.headers.get("accept", "*/*"))
    if kind == SVG:
        return Response(svg(drawing), media_type=SVG, headers=HEADERS)
    if kind == PNG:
        return Response(await run_in_threadpool(png, drawing), media_type=PNG, headers=HEADERS)
    return Response(await run_in_threadpool(page, drawing), media_type=PAGE, headers=HEADERS)


def accepted(accept: str) -> str:
    """The first form that is asked for and made; SVG where any will do. Raises `NoSuchPicture`."""
    for asked in accept.split(","):
        kind = asked.partition(";")[0].strip().lower()
        if kind in {SVG, PNG, PAGE}:
            return kind
        if kind in {"*/*", "image/*"}:
            return SVG
    raise NoSuchPicture


def page(drawing: Drawing) -> str:
    """The picture to look at, and under it the same to keep and print."""
    title, alt = html.escape(drawing.title), html.escape(drawing.alt)
    kept = base64.b64encode(png(drawing)).decode()
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title></head>'
        f'<body style="font-family: sans-serif"><h1>{title}</h1><p>{alt}</p>{svg(drawing)}<h2>To keep or to print</h2>'
        f'<img alt="{alt}" width="{drawing.width}" src="data:image/png;base64,{kept}"></body></html>'
    )
