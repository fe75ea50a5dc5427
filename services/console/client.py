"""Asking the desks over HTTP. Whatever comes between becomes one line that says what to do."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal, NoReturn, get_args

import httpx
import typer
from uuid6 import uuid7

ServiceName = Literal["caseload", "roster", "hr", "finance", "governance", "interop", "identity"]
SERVICES: tuple[ServiceName, ...] = get_args(ServiceName)
AWAY = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
# A page of a replay or a rebuild is some work. The gateway itself waits no longer than this for a service.
TIMES = httpx.Timeout(35, connect=5)
HOW_TO_SIGN_IN = (
    "give the access token of somebody in operations with --token or HEATSHIELD_TOKEN;"
    " from a development issuer, for NAME out of {url}/dev/people:"
    " export HEATSHIELD_TOKEN=$(curl -s {url}/dev/token -d person=NAME | cut -d'\"' -f4)"
)

STRANGE = "what answers at {url} is not Heatshield's gateway, or that of another version"


class Refused(Exception):
    """What was asked for cannot be had. The message is one line, with the way out."""

    def __init__(self, told: str) -> None:
        super().__init__("".join(letter if letter.isprintable() else " " for letter in told))


class Away(Refused):
    """One service does not answer; the others may."""


class Unknown(Refused):
    """One service does not know it; another may."""


@dataclass(frozen=True)
class Answers:
    """What the services answered, by name. Who does not know what was asked for is in neither part."""

    found: dict[ServiceName, Any] = field(default_factory=dict)
    away: dict[ServiceName, str] = field(default_factory=dict)


class Desks:
    """The desk of each service behind one gateway."""

    def __init__(self, url: str, token: str) -> None:
        self.url, token = url.rstrip("/"), token.strip()
        if not token:
            raise Refused(f"no token: {self._how_to_sign_in()}")
        if not (token.isascii() and token.isprintable()):
            raise Refused(f"the token cannot be read: {self._how_to_sign_in()}")
        try:
            self._http = httpx.Client(
                base_url=self.url,
                headers={"Authorization": f"Bearer {token}"},
                timeout=TIMES,
                trust_env=False,
            )
        except (httpx.InvalidURL, UnicodeError) as error:
            raise Refused(f"{self.url} is no address: give one such as http://127.0.0.1:8000 with --url") from error

    def close(self) -> None:
        self._http.close()

    def get(self, service: ServiceName, path: str, **asked: Any) -> Any:
        """Raises `Unknown`, `Away`, or `Refused` for every other answer than a success, as `post` and `delete` do."""
        return self._ask(service, "GET", path, params=asked)

    def post(self, service: ServiceName, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._ask(service, "POST", path, json=body)

    def delete(self, service: ServiceName, path: str, *, version: int) -> None:
        self._ask(service, "DELETE", path, headers={"If-Match": f'"{version}"'})

    def get_everywhere(self, path: str, services: Sequence[ServiceName] = SERVICES, **asked: Any) -> Answers:
        """The same question to several services at once. Raises `Refused`."""
        return self._everywhere("GET", path, services, params=asked)

    def post_everywhere(
        self, path: str, body: dict[str, Any] | None = None, services: Sequence[ServiceName] = SERVICES
    ) -> Answers:
        """The same to several services at once. Raises `Refused`."""
        return self._everywhere("POST", path, services, json=body)

    def _everywhere(self, method: str, path: str, services: Sequence[ServiceName], **sent: Any) -> Answers:
        def ask(service: ServiceName) -> Any:
            try:
                return self._ask(service, method, path, **sent)
            except (Away, Unknown) as error:
                return error

        answers = Answers()
        with ThreadPoolExecutor(max_workers=len(SERVICES)) as side_by_side:
            for service, answer in zip(services, side_by_side.map(ask, services), strict=True):
                if isinstance(answer, Away):
                    answers.away[service] = str(answer)
                elif not isinstance(answer, Unknown):
                    answers.found[service] = answer
        return answers

    def _ask(self, service: ServiceName, method: str, path: str, **sent: Any) -> Any:
        if method == "POST":
            sent["headers"] = {"Idempotency-Key": str(uuid7())}
        try:
            answer = self._http.request(method, f"/{service}/v1{path}", **sent)
        except (httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError) as error:
            raise Away(f"{service} is away: it did not answer in time, or hung up") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            told = f"nothing answers at {self.url}: give the gateway's address with --url or HEATSHIELD_URL"
            raise Refused(told) from error
        if answer.status_code == HTTPStatus.NO_CONTENT:
            return None
        content = _content(answer)
        if answer.status_code in AWAY:
            raise Away(f"{service} is away: {_detail(content)}")
        if content is None:
            raise Refused(STRANGE.format(url=self.url))
        if not answer.is_success:
            self._refuse(service, answer.status_code, content)
        return content

    def _refuse(self, service: ServiceName, status: int, problem: dict[str, Any]) -> NoReturn:
        why = _why(problem)
        if status == HTTPStatus.NOT_FOUND:
            raise Unknown(f"{service}: {why}")
        if status == HTTPStatus.UNAUTHORIZED:
            raise Refused(f"the token is refused: {self._how_to_sign_in()}")
        if status == HTTPStatus.FORBIDDEN:
            raise Refused(f"not allowed: {why}")
        raise Refused(f"{service} refuses: {why}")

    def _how_to_sign_in(self) -> str:
        return HOW_TO_SIGN_IN.format(url=self.url)


def _content(answer: httpx.Response) -> dict[str, Any] | None:
    """Every answer of Heatshield's is an object in JSON, whatever it says. None for anything else."""
    try:
        content = answer.json()
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _why(problem: dict[str, Any]) -> str:
    """Which field, what is wrong with it, and the way out, from problem details (RFC 9457)."""
    try:
        told = [f"{error['pointer']}: {error['detail'].rstrip('.')}. {error['way_out']}" for error in problem["errors"]]
    except (AttributeError, KeyError, TypeError):
        told = []
    return "; ".join(told) or "it does not say why"


def _detail(problem: dict[str, Any] | None) -> str:
    return str((problem or {}).get("detail", "it does not say why")).rstrip(".")


@contextmanager
def desks(url: str, token: str) -> Iterator[Desks]:
    """The desks for one command. A refusal ends it, told in one line, with exit code 1."""
    try:
        made = Desks(url, token)
        try:
            yield made
        except KeyError as error:
            raise Refused(f"{STRANGE.format(url=made.url)}: an answer lacks {error}") from error
        finally:
            made.close()
    except Refused as error:
        typer.echo(f"heatshield: {error}", err=True)
        raise typer.Exit(1) from None
