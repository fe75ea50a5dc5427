"""Whether a process that was started earlier still runs, for the system gives its id to another once it has ended."""

from pathlib import Path

import psutil


def works_in(pid: int, folder: Path) -> bool:
    """Whether the process of this id runs and was started for this folder, as its command or its environment say.

    Its start time would not do: the system tells it by the clock, which may have been set since.
    """
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        told = [*process.cmdline(), *process.environ().values()]
    except psutil.Error:
        return False
    return any(str(folder) in word for word in told)
