"""Endpoints of subscriptions: posted to at public addresses alone, with the headers that their system gave."""

import asyncio
from http import HTTPStatus

import httpx

from services.common.outcome import MEDIA_TYPE
from services.interop.domain.subscription import Notice

ANSWER_SECONDS = 15


async def send(http: httpx.AsyncClient, notice: Notice) -> bool:
    """Whether the endpoint took it. A redirect is no taking, and is not followed; nothing that it answers is read."""
    headers = dict(_header(line) for line in notice.headers)
    if notice.body:
        headers["content-type"] = MEDIA_TYPE
    asked = http.stream("POST", notice.endpoint, content=notice.body, headers=headers, follow_redirects=False)
    try:
        async with asyncio.timeout(ANSWER_SECONDS), asked as answer:
            return HTTPStatus.OK <= answer.status_code < HTTPStatus.MULTIPLE_CHOICES
    except Exception:  # noqa: BLE001  whatever goes wrong at a partner's end is a failed attempt, and is tried again
        return False


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name, value.strip()
