"""`make image-check`: the Dockerfiles by hadolint, the scripts by shellcheck, the compose file by compose itself."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.containers.debian import get_plugins
from tests.containers.engine import KEPT
from tests.containers.tools import ROOT, tools

BACKUPS = Path("deploy/compose/backup.yml")
SHEBANG = ("#!/bin/sh", "#!/usr/bin/env bash", "#!/bin/bash")


def tracked(root: Path) -> list[Path]:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(listed, cwd=root, capture_output=True, text=True, check=True).stdout.splitlines()
    return [root / name for name in found if (root / name).is_file()]


def dockerfiles(root: Path) -> list[Path]:
    return [path for path in tracked(root) if path.name == "Dockerfile"]


def scripts(root: Path) -> list[Path]:
    """By their ending or by their first line."""
    return [path for path in tracked(root) if path.suffix == ".sh" or (not path.suffix and _is_script(path))]


def _is_script(path: Path) -> bool:
    with path.open("rb") as opened:
        return opened.readline(64).decode("latin-1").startswith(SHEBANG)


def findings(root: Path = ROOT) -> Iterator[str]:
    """What is wrong, in the tools' own words; nothing where all is well."""
    programs = tools("lint")
    threshold = ("--no-color", "--failure-threshold", "warning")
    yield from _said(root, str(programs / "hadolint"), *threshold, *map(str, dockerfiles(root)))
    yield from _said(root, str(programs / "shellcheck"), *map(str, scripts(root)))
    compose = _compose()
    if compose:
        yield from _said(root, *compose, "--profile", "*", "config", "--quiet")
        if (root / BACKUPS).exists():
            named = ("env", "HEATSHIELD_BACKUPS=/srv/backup", f"COMPOSE_FILE=docker-compose.yml:{BACKUPS}")
            yield from _said(root, *named, *compose, "config", "--quiet")
    else:
        sys.stderr.write("NOT CHECKED: docker compose config, for there is no docker compose here\n")


def _said(root: Path, *command: str) -> Iterator[str]:
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        yield done.stdout + done.stderr


def _compose() -> list[str]:
    """The command, which asks no engine for this; Debian's where there is none yet. Empty where it cannot be had."""
    if shutil.which("docker") and not list(_said(ROOT, "docker", "compose", "version")):
        return ["docker", "compose"]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return []
    return [str(get_plugins(KEPT) / "cli-plugins" / "docker-compose")]


if __name__ == "__main__":
    found = list(findings())
    sys.stdout.write("\n".join(found) or "the Dockerfiles, the scripts and the compose file are in order\n")
    sys.exit(bool(found))
