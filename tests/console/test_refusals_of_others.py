"""What something else than Heatshield refuses is told in a line as well."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.servers.http import serving
from tests.console.at_the_console import Console
from tests.running import STRANGER


@pytest.mark.parametrize("detail", ["null", "7", "[]"])
async def test_a_refusal_that_is_not_in_words_is_told_in_a_line(detail: str) -> None:
    async def other(_: Request) -> Response:
        errors = f'{{"errors": [{{"pointer": "/path", "detail": {detail}, "way_out": "none"}}]}}'
        return Response(errors, 422, media_type="application/problem+json")

    async with serving(Starlette(routes=[Route("/{path:path}", other, methods=["GET", "POST"])])) as url:
        result = await Console(None, url, "t").run("path", str(STRANGER))  # type: ignore[arg-type]
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1), result.stderr
    assert "it does not say why" in result.stderr
