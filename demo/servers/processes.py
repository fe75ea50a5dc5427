"""Whether a process that was started earlier still runs, for the system gives its id to another once it has ended."""

import psutil

# The system works out a start from its own, so that it may differ a little from one time to the next.
TOLERANCE_SECONDS = 5


def started_at(pid: int) -> float | None:
    """When the process of this id began, in seconds since 1970, or None when there is none that runs."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return None


def still_runs(pid: int, since: float) -> bool:
    """Whether this id is still that of the process which began then."""
    began = started_at(pid)
    return began is not None and abs(began - since) < TOLERANCE_SECONDS
