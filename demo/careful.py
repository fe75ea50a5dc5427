"""How a careful client calls: a key for everything it makes, and the version that it read for everything it changes."""

from collections.abc import Generator
from http import HTTPStatus

import httpx
from uuid6 import uuid7

# The least that names a thing: a version, a plural and an id.
FEWEST_PARTS = 3


class Careful(httpx.Auth):
    """Gives each POST a key of its own, and reads a record first where its version is asked for."""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if request.method == "POST" and "Idempotency-Key" not in request.headers:
            request.headers["Idempotency-Key"] = str(uuid7())
        answer = yield request
        if answer.status_code != HTTPStatus.PRECONDITION_REQUIRED:
            return
        parts = request.url.path.strip("/").split("/")
        while len(parts) >= FEWEST_PARTS:
            record = yield self._read("/" + "/".join(parts), request)
            if record.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                return
            if "ETag" in record.headers:
                request.headers["If-Match"] = record.headers["ETag"]
                break
            parts.pop()
        else:
            # Where it is none of ours to read, the answer says so, and what is put where nothing is, is new.
            name, value = ("If-None-Match", "*") if request.method == "PUT" else ("If-Match", '"0"')
            request.headers[name] = value
        yield request

    def _read(self, path: str, request: httpx.Request) -> httpx.Request:
        kept = ("authorization", "traceparent")
        headers = {name: request.headers[name] for name in kept if name in request.headers}
        return httpx.Request("GET", request.url.copy_with(path=path, query=None), headers=headers)
