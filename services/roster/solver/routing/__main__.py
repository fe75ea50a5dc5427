"""A child that searches rounds: one request a line on standard input, plans as lines on standard output.

The line `stop` ends the search of now, and its best plan is the last answer. The end of the input ends the child, so
that nothing outlives a parent that dies.
"""

import os
import sys
import threading
import time
from queue import SimpleQueue

from services.roster.domain.rounds.day import Plan
from services.roster.solver.annealing import anneal
from services.roster.solver.routing import solve_here
from services.roster.solver.routing.messages import ANSWER, REQUEST, STOP, Answer, Request


def main() -> None:
    """Answers requests until the input ends."""
    # Whoever answers a person comes first.
    os.nice(5)
    requests, stop = SimpleQueue[bytes](), threading.Event()
    threading.Thread(target=_read, args=(requests, stop), daemon=True).start()
    while line := requests.get():
        _say(Answer(_search(REQUEST.validate_json(line), stop), is_last=True))


def _read(requests: "SimpleQueue[bytes]", stop: threading.Event) -> None:
    for line in sys.stdin.buffer:
        if line == STOP:
            stop.set()
        else:
            # Not where the request is taken up: a stop that follows it at once would be forgotten.
            stop.clear()
            requests.put(line)
    # Nobody listens any more: not even the search of now is wanted.
    os._exit(0)


def _search(asked: Request, stop: threading.Event) -> Plan:
    ticks = time.process_time if asked.until is None else time.monotonic
    ends = ticks() + (asked.seconds if asked.until is None else max(0.0, asked.until - time.time()))

    def clock() -> float:
        return float("inf") if stop.is_set() else ticks()

    start, routing = asked.start, (ends - ticks()) * asked.routing
    if routing > 0:
        start = solve_here(asked.day, routing, start=start, tell=_tell, is_stopped=stop.is_set, clock=ticks)
        if asked.routing == 1:
            return start
    return anneal(
        asked.day,
        max(0.0, ends - ticks()),
        seed=asked.seed,
        clock=clock,
        start=start,
        hot=asked.hot,
        cold=asked.cold,
        tell=_tell,
    )


def _tell(plan: Plan) -> None:
    _say(Answer(plan))


def _say(answer: Answer) -> None:
    sys.stdout.buffer.write(ANSWER.dump_json(answer) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
