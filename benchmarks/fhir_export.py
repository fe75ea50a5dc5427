"""What `$export` of everything takes of the server's memory: asked for as Bulk Data 2.0 tells, at both sizes."""

import subprocess
import time
from threading import Event, Thread

import httpx

from benchmarks.fhir_house import House
from benchmarks.report import Figure

SECONDS, PAUSE = 1800, 0.2


def memory_growth(house: House) -> Figure:
    """The most that the process held during an export, at the large size over the small; in MiB."""
    small, large = (_most_held(house, side) for side in ("small", "large"))
    return Figure("fhir_export_memory_growth", large, small, "a hundredth of the size", large / small, "MiB")


def _most_held(house: House, side: str) -> float:
    held: list[float] = []
    done = Event()
    watching = Thread(target=_watch, args=(house.pids[side], held, done))
    watching.start()
    try:
        _export(house, side)
    finally:
        done.set()
        watching.join()
    return max(held)


def _watch(pid: int, held: list[float], done: Event) -> None:
    while True:
        told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
        held.append(int(told.stdout) / 1024)
        if done.wait(PAUSE):
            return


def _export(house: House, side: str) -> None:
    """Raises `RuntimeError` where it does not come to an end."""
    with httpx.Client(trust_env=False, timeout=300) as http:
        asked = {"Accept": "application/fhir+json", "Prefer": "respond-async"}
        started = http.get(f"{house.bases[side]}/$export", headers=asked | _signed(house)).raise_for_status()
        deadline = time.monotonic() + SECONDS
        while (told := http.get(started.headers["content-location"], headers=_signed(house))).status_code == 202:
            if time.monotonic() > deadline:
                raise RuntimeError("the export did not come to an end")
            time.sleep(PAUSE)
        for one in told.raise_for_status().json()["output"]:
            with http.stream("GET", one["url"], headers=_signed(house)) as file:
                file.raise_for_status()
                for _ in file.iter_raw():
                    pass


def _signed(house: House) -> dict[str, str]:
    return {"Authorization": house.authorization()}
