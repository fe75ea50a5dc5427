"""Programs that are asked about what was rendered, in an environment of their own under .heatshield/."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from tests.deploy.manifests import Manifest

ROOT = Path(__file__).parents[2]
HERE = ROOT / "deploy" / "k8s"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
PLACE = ROOT / ".heatshield" / f"k8s-{hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]}"
# The versions of Kubernetes that are supported when this is written, and one more at each end.
VERSIONS = ("1.33", "1.34", "1.35", "1.36", "1.37")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
STREAM = "\n---\n"
# Kinds that checkov has rules for.
CHECKED = ("Deployment", "Job", "CronJob", "Service", "ServiceAccount", "ConfigMap", "NetworkPolicy", "Namespace")
# A limit of CPU is left out on purpose (deploy/k8s/base/_process/deployment.yaml).
LEFT_OUT = "CKV_K8S_11"
LINES = "{extends: default, rules: {line-length: disable, document-start: disable, braces: {max-spaces-inside: 0}}}"


@dataclass(frozen=True)
class Answer:
    """What was wrong, line by line, and what could not be asked, which is counted as skipped."""

    faults: Sequence[str] = ()
    skipped: Sequence[str] = ()
    said: str = ""


def made() -> Path:
    """The folder of the programs. Raises `CalledProcessError` where the package registry does not give them."""
    if not (PLACE / ".ready").exists():
        print(f"Making the environment of the checks in {PLACE.relative_to(ROOT)} …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(PLACE)], check=True)
        subprocess.run(
            [PLACE / "bin" / "pip", "install", "--quiet", "--quiet", "--requirement", REQUIREMENTS], check=True
        )
        (PLACE / ".ready").touch()
    return PLACE / "bin"


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, cwd=ROOT)


def rendered(folder: str) -> list[Manifest]:
    """What kustomize makes of an overlay. Raises `ValueError` with what it says."""
    done = _run(made() / "kubectl", "kustomize", HERE / folder)
    if done.returncode != 0 or done.stderr.strip():
        raise ValueError(f"{folder}: {done.stderr[:2000]}")
    return read(done.stdout)


def read(text: str) -> list[Manifest]:
    return [one for one in yaml.load_all(text, LOADER) if one]


def _asked(manifests: Sequence[Manifest], ask: Callable[[Path], Answer]) -> Answer:
    """With the manifests in a file: JSON is YAML, and is written and read much faster."""
    with tempfile.TemporaryDirectory(prefix="heatshield-k8s-") as folder:
        path = Path(folder) / "rendered.yaml"
        path.write_text(STREAM.join(map(json.dumps, manifests)), "utf-8")
        return ask(path)


def _by_schemas(what: str, manifests: Sequence[Manifest], *told: str | Path) -> Answer:
    def ask(path: Path) -> Answer:
        done = _run(made() / "python", Path(__file__).with_name("schemas.py"), what, path, *told)
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line]
        faults = [line for line in lines if not line.startswith(("skipped ", "checked "))]
        skipped = [line.removeprefix("skipped ") for line in lines if line.startswith("skipped ")]
        return Answer(faults, skipped, " ".join(line for line in lines if line.startswith("checked ")))

    return _asked(manifests, ask)


def ask_kubernetes(manifests: Sequence[Manifest]) -> Answer:
    """The schemas of Kubernetes' own objects, version by version; a field that is not known is refused."""
    answer = _by_schemas("own", manifests, *VERSIONS)
    return replace(answer, said=f"Kubernetes {', '.join(VERSIONS)}")


def ask_definitions(manifests: Sequence[Manifest]) -> Answer:
    """The schemas of custom resources: no part of the product, so from where HEATSHIELD_REFERENCE says."""
    reference = os.environ.get("HEATSHIELD_REFERENCE", "")
    folder = Path(reference) / "ops" / "crd-schemas"
    if not reference or not folder.is_dir():
        return Answer(skipped=["custom resources: HEATSHIELD_REFERENCE names no folder with ops/crd-schemas"])
    return _by_schemas("custom", manifests, folder)


def ask_checkov(manifests: Sequence[Manifest]) -> Answer:
    """Of what is Kubernetes' own, for it knows no other kind."""

    def ask(path: Path) -> Answer:
        quiet = ("--framework", "kubernetes", "--compact", "--quiet", "--skip-download", "--skip-check", LEFT_OUT)
        done = _run(made() / "checkov", "-f", path, *quiet)
        faults = [line.strip() for line in done.stdout.splitlines() if "Check:" in line or "FAILED" in line]
        return Answer(faults if done.returncode else (), said=f"all but {LEFT_OUT}, which is left out on purpose")

    return _asked([one for one in manifests if one["kind"] in CHECKED], ask)


def ask_yamllint(folder: Path = HERE) -> Answer:
    done = _run(made() / "yamllint", "--strict", "--format", "parsable", "-d", LINES, folder)
    return Answer(done.stdout.splitlines() + done.stderr.splitlines())


def ask_compose(file: Path = ROOT / "docker-compose.yml") -> Answer:
    """Compose itself, which needs no engine to read its file."""
    if shutil.which("docker") is None or _run("docker", "compose", "version").returncode != 0:
        return Answer(skipped=["docker compose config: there is no compose plugin here"])
    done = _run("docker", "compose", "-f", file, "config", "--quiet")
    return Answer((done.stdout + done.stderr).splitlines() if done.returncode else ())


# What is asked of each overlay. Whoever checks other files (a Dockerfile, a shell script, rules) adds to FILES.
OF_OVERLAYS: dict[str, Callable[[Sequence[Manifest]], Answer]] = {
    "Kubernetes' schema": ask_kubernetes,
    "custom resources' schemas": ask_definitions,
    "checkov": ask_checkov,
}
FILES: dict[str, Callable[..., Answer]] = {"yamllint": ask_yamllint, "docker compose config": ask_compose}
# For each of these a file that it has to refuse.
FAULTY = {
    "yamllint": ("a key that is there twice", "kind: Job\nkind: Pod\n"),
    "docker compose config": ("a wait for what is not there", "services: {a: {image: b, depends_on: [c]}}\n"),
}


def ask_faulty(what: str) -> Answer:
    """What it says of its faulty file."""
    with tempfile.TemporaryDirectory(prefix="heatshield-k8s-") as folder:
        path = Path(folder) / "faulty.yaml"
        path.write_text(FAULTY[what][1], "utf-8")
        return FILES[what](path)


def changed(before: Sequence[Manifest], after: Sequence[Manifest]) -> Iterator[Manifest]:
    """The objects that differ: a program is asked about these alone, which takes less time."""
    yield from (one for one in after if one not in before)
