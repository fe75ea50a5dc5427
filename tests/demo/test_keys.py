"""Keys for the processes, as files; and a process that may not start says why and ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from gateway.routes import SERVICES
from services.common.assertions import assertion, public_key
from services.common.settings import ServiceSettings
from services.identity.settings import IdentitySettings
from tests.signing import CLIENT_KEY

ROOT = Path(__file__).parents[2]


def run(*words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEATSHIELD_")}
    command = [sys.executable, "-m", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment | settings, capture_output=True, text=True, timeout=60, check=False
    )


def test_every_process_gets_a_key_of_its_own_and_none_twice(tmp_path: Path) -> None:
    for _ in range(2):
        assert run("services", "keys", "--out", str(tmp_path)).returncode == 0
        kept = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert set(kept) == {f"{name}_client_key" for name in ("gateway", *SERVICES)} | {
        "identity_processes",
        "identity_signing_keys",
    }
    assert len(set(kept.values())) == len(kept)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    known = json.loads(kept["identity_processes"])
    assert known["svc:hr"] == public_key(kept["hr_client_key"])
    assert assertion(kept["hr_client_key"], "svc:hr", "x")
    told = {"signing_keys": json.loads(kept["identity_signing_keys"]), "processes": known}
    assert len(IdentitySettings(app_env="production", **told).signer().jwks()["keys"]) == 1


def test_every_secret_of_an_installation_is_a_file_of_its_own_named_as_the_setting(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    for _ in range(2):
        assert run("services", "secrets", "--out", str(folder), "--database", "db:6432").returncode == 0
        kept = {path.name: path.read_text() for path in folder.iterdir()}
    files = ("docker-compose.yml", "deploy/compose/backup.yml")
    composed = [name for file in files for name in yaml.safe_load((ROOT / file).read_text())["secrets"]]
    assert set(kept) == set(composed)
    assert len(set(kept.values())) == len(kept), "no password is used twice"
    assert folder.stat().st_mode & 0o777 == 0o700, "on this machine they are their owner's alone"
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o444}, (
        "a container's user reads what it is given"
    )
    settings = ServiceSettings(_env_prefix="HR_", _secrets_dir=folder)
    assert settings.database_url == kept["hr_database_url"]
    assert settings.owner_database_url.endswith("@db:6432/hr")
    assert [name for name, secret in kept.items() if secret in repr(settings)] == [], "settings are shown in logs"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (
            {
                "IDENTITY_ISSUERS": '[{"name": "dev", "issuer": "https://dev-issuer.invalid", "jwks_url": "https://a.example"}]'
            },
            "CONFIG_DEV_ISSUER_IN_PRODUCTION",
        ),
        (
            {
                "IDENTITY_ISSUERS": '[{"name": "x", "issuer": "https://a.example", "jwks_url": "http://127.0.0.1:1/jwks"}]'
            },
            "CONFIG_DEV_ISSUER_IN_PRODUCTION",
        ),
        (
            {
                "IDENTITY_ISSUERS": '[{"name": "x", "issuer": "https://a.example", "jwks_url": "https://a.example/jwks"}]'
            },
            "CONFIG_VAGUE_ISSUER",
        ),
        ({}, "CONFIG_NO_PROCESSES"),
        ({"IDENTITY_PROCESSES": json.dumps({"svc:hr": public_key(CLIENT_KEY)})}, "CONFIG_NO_SIGNING_KEY"),
    ],
    ids=["the development issuer", "an issuer on this machine", "an issuer of any role", "no processes", "no key"],
)
@pytest.mark.parametrize("environment", [{"APP_ENV": "production"}, {}], ids=["production", "unset"])
def test_production_does_not_start_with_what_is_unsafe_and_says_why(
    settings: dict[str, str], reason: str, environment: dict[str, str]
) -> None:
    ended = run("services", "serve", "identity", "--port", "1", **environment, **settings)
    assert ended.returncode != 0
    assert reason in ended.stderr
