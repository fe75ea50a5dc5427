"""A process that solves with CP-SAT; it is ready when it has imported what is heavy."""

import threading

from services.roster.solver.child import Say, serve
from services.roster.solver.cpsat.near import begins, near
from services.roster.solver.cpsat.search import search
from services.roster.solver.messages import ANSWER, REQUEST, Answer, Request


def answer(asked: Request, say: Say[Answer], stop: threading.Event) -> Answer:
    """The best of CP-SAT, told on the way."""
    look = near if asked.settings.near and begins(asked.model) else search
    return Answer(
        outcome=look(asked.model, asked.settings, lambda progress: say(Answer(progress=progress)), stop.is_set)
    )


if __name__ == "__main__":
    serve(REQUEST, ANSWER, answer)
