"""`keys` and `secrets`: what processes must keep to themselves, as files with the names of settings."""

import json
import os
import secrets as random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from services.common import topology
from services.common.assertions import new_key, public_key
from services.console.client import SERVICES

Folder = Annotated[Path, typer.Option(help="The folder for the files.")]
PASSWORD_BYTES = 24


def keys(
    out: Folder, owner: Annotated[int | None, typer.Option(help="The user who may read them, by number.")] = None
) -> None:
    """Make a key for each process, and what identity needs, as files to mount at /run/secrets. None is made twice."""
    _keys(out)
    if owner is not None:
        for path in (out, *out.iterdir()):
            os.chown(path, owner, owner)


def secrets(
    out: Folder, database: Annotated[str, typer.Option(help="PostgreSQL's host and port.")] = "postgres:5432"
) -> None:
    """Make every secret of an installation: keys, and a password for each role, user and backup. None is made twice.

    The folder is for its owner alone; the files in it may be read by whoever is given one, as a container is.
    """
    _keys(out)
    for server in ("postgres", "grafana"):
        _kept(out / f"{server}_password", _password)
    _kept(out / "backup_key", _password)
    for user in (topology.DEPLOYER, *SERVICES):
        _kept(out / f"{user}_broker_password", _password)
    for name in SERVICES:
        for role in (name, f"{name}_owner"):
            _kept(out / f"{role}_database_url", partial(_address, role, f"{database}/{name}"))
    for path in out.iterdir():
        path.chmod(0o444)


def _keys(out: Path) -> None:
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    pems = {name: _kept(out / f"{name}_client_key", new_key) for name in ("gateway", *SERVICES)}
    known = {f"svc:{name}": public_key(pem) for name, pem in pems.items()}
    _kept(out / "identity_processes", lambda: json.dumps(known))
    _kept(out / "identity_signing_keys", lambda: json.dumps([new_key()]))


def _address(role: str, place: str) -> str:
    return f"postgresql+asyncpg://{role}:{_password()}@{place}"


def _password() -> str:
    """Of characters that mean nothing in an address."""
    return random.token_urlsafe(PASSWORD_BYTES)


def _kept(path: Path, make: Callable[[], str]) -> str:
    """What the file holds; it is made where there is none, for its owner alone."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(make(), "utf-8")
    return path.read_text("utf-8")
