"""Programs that a benchmark needs and no wheel brings: found on this machine, or installed by apt."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PLACES = {
    "nginx": ("/usr/sbin/nginx", "/opt/homebrew/bin/nginx", "/usr/local/nginx/sbin/nginx"),
    "wrk": ("/usr/bin/wrk", "/opt/homebrew/bin/wrk"),
}


def ensure(*names: str) -> list[str]:
    """The paths of these programs. Ends the process, saying what to install, where they cannot be had."""
    missing = [name for name in names if _find(name) is None]
    apt = shutil.which("apt-get")
    if missing and (apt is None or os.geteuid() != 0):
        sys.exit(f"{' and '.join(missing)} must be installed first: apt install {' '.join(missing)}, or brew install …")
    if missing:
        print(f"Installing {' and '.join(missing)} with apt-get …", file=sys.stderr, flush=True)
        # At run level 1 no package starts its service.
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
            subprocess.run([str(apt), *command], env=environment, stdout=subprocess.DEVNULL, check=True)
    return [str(_find(name)) for name in names]


def _find(name: str) -> str | None:
    return next((place for place in PLACES[name] if Path(place).exists()), None) or shutil.which(name)
