"""Jobs: a team asks what takes long to answer, reads how far it is, and stops it; a worker takes them in turn."""

from services.roster.usecases.jobs.asking import ask, cancel, read
from services.roster.usecases.jobs.working import (
    Handler,
    Keep,
    Run,
    Tell,
    fail,
    finish,
    put_back,
    stopped,
    take,
    tell_progress,
)

__all__ = [
    "Handler",
    "Keep",
    "Run",
    "Tell",
    "ask",
    "cancel",
    "fail",
    "finish",
    "put_back",
    "read",
    "stopped",
    "take",
    "tell_progress",
]
