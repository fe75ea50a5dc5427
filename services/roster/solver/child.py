"""A process that searches, and what is said to it and by it: one line of JSON each.

It says `ready` once it has imported what is heavy. A request is a line on its standard input, answers are lines on its
standard output, of which one is the last. The line `stop` ends the search of now. The end of the input ends the
process, so that nothing outlives a parent that dies.
"""

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable
from queue import SimpleQueue
from typing import Generic, Protocol, Self, TypeVar

from pydantic import TypeAdapter

READY, STOP = b"ready\n", b"stop\n"
# A line is a whole problem or a whole answer: a rota of a hundred and fifty people over a year is four megabytes.
LONGEST_LINE = 32 * 2**20


class Ending(Protocol):
    """An answer, which may be the last to a request."""

    @property
    def is_last(self) -> bool: ...


Asked = TypeVar("Asked")
Answered = TypeVar("Answered", bound=Ending)


class ChildDied(Exception):
    """The process ended before its last answer."""


class Child(Generic[Asked, Answered]):
    """A process of ours, from where it is started until it is ended, or for as long as the context is entered."""

    def __init__(self, module: str, requests: TypeAdapter[Asked], answers: TypeAdapter[Answered]) -> None:
        self._module, self._requests, self._answers = module, requests, answers
        self.process: asyncio.subprocess.Process | None = None
        self._owes_answer = False

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()

    async def start(self) -> None:
        """Returns when the process is ready. Raises `ChildDied` where it never is."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self._module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
        )
        try:
            if self.process.stdout is None or await self.process.stdout.readline() != READY:
                raise ChildDied(f"{self._module} has not begun")
        except BaseException:
            await self.end()
            raise

    async def end(self) -> None:
        if self.process is None:
            return
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.returncode is None

    @property
    def is_idle(self) -> bool:
        """Whether it lives and has said its last word to every request."""
        return self.is_alive and not self._owes_answer

    def ask(self, request: Asked) -> None:
        """Begins a search; it is written before any stop can be."""
        self._owes_answer = True
        self._write(self._requests.dump_json(request) + b"\n")

    def stop(self) -> None:
        """Asks for the last answer now."""
        self._write(STOP)

    async def answers(self) -> AsyncIterator[Answered]:
        """All answers to the request. Raises `ChildDied` where the last does not come."""
        while self.process and self.process.stdout and (line := await self.process.stdout.readline()):
            answer = self._answers.validate_json(line)
            self._owes_answer = not answer.is_last
            yield answer
            if answer.is_last:
                return
        raise ChildDied(f"{self._module} has died")

    def _write(self, line: bytes) -> None:
        if self.process and self.process.stdin:
            self.process.stdin.write(line)


Say = Callable[[Answered], None]
Search = Callable[[Asked, Say[Answered], threading.Event], Answered]


def serve(requests: TypeAdapter[Asked], answers: TypeAdapter[Answered], search: Search[Asked, Answered]) -> None:
    """Answers requests until the input ends; `search` is handed the request, a way to say more, and the stop."""
    # Whoever answers a person comes first.
    os.nice(5)
    lines, stop, speaking = SimpleQueue[bytes](), threading.Event(), threading.Lock()

    # What a library prints of itself is no answer.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def say(answer: Answered) -> None:
        with speaking:
            output.write(answers.dump_json(answer) + b"\n")
            output.flush()

    output.write(READY)
    output.flush()
    threading.Thread(target=_read, args=(lines, stop), daemon=True).start()
    while line := lines.get():
        say(search(requests.validate_json(line), say, stop))


def _read(lines: SimpleQueue[bytes], stop: threading.Event) -> None:
    for line in sys.stdin.buffer:
        if line == STOP:
            stop.set()
        else:
            # Not where the request is taken up: a stop that follows it at once would be forgotten.
            stop.clear()
            lines.put(line)
    # Nobody listens any more: not even the search of now is wanted.
    os._exit(0)
