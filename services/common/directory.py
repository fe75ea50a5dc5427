"""Which of an app's many routers a path is for, found by its first words: to ask each in turn costs milliseconds."""

from collections.abc import Sequence
from typing import NoReturn

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

FOUND = "heatshield.found"
Words = tuple[str, ...]


class Directory(BaseRoute):
    """An app's first route, before those that it knows of. What it does not find is looked for there, one by one."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        beginnings = [(route, {_words(one.path or "") for one in iter_route_contexts([route])}) for route in routes]
        known = {words for _, found in beginnings for words in found if not _is_open(words)}
        # In their order, and with those that might be meant by any words.
        self._routes = {
            words: [route for route, found in beginnings if words in found or any(map(_is_open, found))]
            for words in known
        }

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http" and not scope.get("root_path"):
            for route in self._routes.get(_words(scope["path"]), ()):
                match, found = route.matches(scope)
                if match is Match.FULL:
                    return match, {**found, FOUND: route}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope[FOUND].handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> NoReturn:
        raise NoMatchFound(name, path_params)


def _words(path: str) -> Words:
    return tuple(path.split("/", 3)[1:3])


def _is_open(words: Words) -> bool:
    """Whether one of them is a parameter."""
    return any("{" in word for word in words)
