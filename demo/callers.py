"""People at the gateway: each call is signed in as somebody, and safe to repeat."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import httpx

from demo.careful import Careful

Found = TypeVar("Found")
TOKEN_SECONDS, NEWS_SECONDS, JOB_SECONDS = 600, 60, 120
# What a service says while the news of a client, a colleague or a clearance is still on its way to it.
NOT_HEARD_YET = {
    "unknown_client",
    "not_in_the_team",
    "not_cleared_to_visit_alone",
    "not_of_that_role",
    "not_delegated",
    "unavailable",
}


class Refused(Exception):
    """An answer that the demo did not expect."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:400]}")
        self.answer = answer


class Gateway:
    """The one door, for everybody in the demo. All calls of a run carry one trace."""

    def __init__(self, base_url: str, trace_id: str) -> None:
        self._http = httpx.AsyncClient(base_url=base_url, timeout=30, trust_env=False, auth=Careful())
        self._traceparent = f"00-{trace_id}-{trace_id[:16]}-01"
        self._tokens: dict[str, tuple[float, str]] = {}

    async def close(self) -> None:
        await self._http.aclose()

    async def call(self, person: str, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """The answer, whatever it is."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._http.request(method, path, json=body, headers=await self._signed(person) | named)

    async def get(self, person: str, path: str) -> Any:
        """Raises `Refused` unless it is there."""
        return _content(await self.call(person, "GET", path))

    async def search(self, person: str, resource_type: str, **asked: str) -> list[dict[str, Any]]:
        """What a FHIR search finds. It is asked by form, which keeps an NHS number out of every address."""
        path = f"/fhir/R4/{resource_type}/_search"
        bundle = _content(await self._http.post(path, data=asked, headers=await self._signed(person)))
        return [entry["resource"] for entry in bundle.get("entry", [])]

    async def send(self, person: str, path: str, body: Any = None, *, done: str = "") -> Any:
        """A POST that may have happened before: `done` is the code of a refusal that says it did."""
        answer = await self.call(person, "POST", path, body)
        if answer.is_success:
            return answer.json()
        if answer.json().get("code") in {"already_recorded", done}:
            return None
        raise Refused(answer)

    async def insist(self, person: str, path: str, body: Any, method: str = "POST", **headers: str) -> None:
        """Make what is not there yet, again and again while the service has yet to hear of what it names.

        Raises `Refused`.
        """
        deadline = time.monotonic() + NEWS_SECONDS
        while True:
            answer = await self.call(person, method, path, body, **headers)
            if answer.is_success or answer.status_code == httpx.codes.PRECONDITION_FAILED:
                return
            code = answer.json()["code"]
            if code == "already_recorded":
                return
            if code not in NOT_HEARD_YET or time.monotonic() > deadline:
                raise Refused(answer)
            await asyncio.sleep(0.05)

    async def answered(self, person: str, path: str, question: dict[str, Any]) -> Any:
        """What came of a question that takes seconds; None where nothing did. Raises `Refused`."""
        job = await self.send(person, path, question)

        async def over() -> Any:
            found = await self.get(person, f"/roster/v1/jobs/{job['id']}")
            return found if found["ended_at"] else None

        found = await until(over, seconds=JOB_SECONDS)
        return found["result"] if found else None

    async def _signed(self, person: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {await self._token(person)}", "traceparent": self._traceparent}

    async def _token(self, person: str) -> str:
        kept = self._tokens.get(person)
        if kept and time.monotonic() - kept[0] < TOKEN_SECONDS:
            return kept[1]
        answer = await self._http.post("/dev/token", data={"person": person})
        token: str = _content(answer)["access_token"]
        self._tokens[person] = (time.monotonic(), token)
        return token


def _content(answer: httpx.Response) -> Any:
    """Raises `Refused` unless it is a success."""
    if not answer.is_success:
        raise Refused(answer)
    return answer.json()


async def until(ask: Callable[[], Awaitable[Found | None]], *, seconds: float = NEWS_SECONDS) -> Found | None:
    """Events take a moment: ask again until there is an answer, and give None if none came in time."""
    deadline = time.monotonic() + seconds
    while True:
        found = await ask()
        if found or time.monotonic() > deadline:
            return found
        await asyncio.sleep(0.05)


async def side_by_side(work: Iterable[Awaitable[Any]], *, at_once: int = 6) -> None:
    """Do these together, a few at a time."""
    gate = asyncio.Semaphore(at_once)

    async def one(job: Awaitable[Any]) -> None:
        async with gate:
            await job

    await asyncio.gather(*map(one, work))
