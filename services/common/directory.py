"""Which of an app's many routers a path is for, found by its words: to ask each in turn costs milliseconds."""

from collections.abc import Sequence
from typing import NoReturn

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

FOUND = "heatshield.found"
Words = tuple[str, ...]
Pattern = tuple[int | None, tuple[tuple[int, str], ...]]


class Directory(BaseRoute):
    """An app's first route, before those that it knows of. What it does not find is looked for there, one by one."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        patterns = [(route, {_words(one.path or "") for one in iter_route_contexts([route])}) for route in routes]
        known = {_beginning(words) for _, found in patterns for words in found if not _is_open(_beginning(words))}
        # In their order, and with those that might be meant by any words.
        self._routes = {
            beginning: [
                (route, tuple(map(_fixed, among)))
                for route, found in patterns
                if (among := [one for one in found if _beginning(one) == beginning or _is_open(_beginning(one))])
            ]
            for beginning in known
        }

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http" and not scope.get("root_path"):
            words = _words(scope["path"])
            for route, patterns in self._routes.get(_beginning(words), ()):
                if any(_may_be(words, pattern) for pattern in patterns):
                    match, found = route.matches(scope)
                    if match is Match.FULL:
                        return match, {**found, FOUND: route}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope[FOUND].handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> NoReturn:
        raise NoMatchFound(name, path_params)


def _words(path: str) -> Words:
    return tuple(path.split("/")[1:])


def _beginning(words: Words) -> Words:
    return words[:2]


def _is_open(words: Words) -> bool:
    """Whether one of them is a parameter."""
    return any("{" in word for word in words)


def _fixed(words: Words) -> Pattern:
    """How many words there are, or none where one parameter takes several; and those that are no parameter."""
    length = None if any(":path}" in word for word in words) else len(words)
    before = next((place for place, word in enumerate(words) if ":path}" in word), len(words))
    return length, tuple((place, word) for place, word in enumerate(words[:before]) if "{" not in word)


def _may_be(words: Words, pattern: Pattern) -> bool:
    length, fixed = pattern
    if length is not None and length != len(words):
        return False
    return all(place < len(words) and words[place] == word for place, word in fixed)
