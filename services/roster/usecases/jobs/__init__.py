"""Jobs: a team asks what takes long to answer, reads how far it is, and stops it; a worker takes them in turn."""

from services.roster.store.jobs import Glance
from services.roster.usecases.jobs.asking import ask, cancel, read
from services.roster.usecases.jobs.attempt import work_on
from services.roster.usecases.jobs.following import follow
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
    tidy,
)

__all__ = [
    "Glance",
    "Handler",
    "Keep",
    "Run",
    "Tell",
    "ask",
    "cancel",
    "fail",
    "finish",
    "follow",
    "put_back",
    "read",
    "stopped",
    "take",
    "tell_progress",
    "tidy",
    "work_on",
]
