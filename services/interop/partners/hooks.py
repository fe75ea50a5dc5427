"""Endpoints of partners: how often one is tried, and those of subscriptions, which are posted to at public addresses
alone, with the headers that their system gave."""

import asyncio
from datetime import timedelta
from http import HTTPStatus

import httpx

from services.common.outcome import MEDIA_TYPE
from services.interop.domain.subscription import Notice

ANSWER_SECONDS = 15
# How long to wait before each attempt (Standard Webhooks 1.0.0, section on retries): 75 hours and 35 minutes in all.
RETRY_AFTER = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
# A council that took a submission without a word is waited for as long as one that answers nothing is asked.
ANSWER_WITHIN = sum(RETRY_AFTER, timedelta(0))


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
