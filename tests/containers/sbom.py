"""`make sbom`: what the image's environment is made of, from the environment that the lock makes, in CycloneDX."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.containers.tools import ROOT, tools

OUT = ROOT / ".heatshield" / "sbom.json"


def write(out: Path = OUT) -> int:
    """How many parts it has. They are those of the image: no demo, no tests."""
    program = tools("sbom") / "cyclonedx-py"
    uv = shutil.which("uv") or str(ROOT / ".heatshield" / "tools" / "bin" / "uv")
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": folder}
        sync = [uv, "sync", "--frozen", "--quiet", "--no-default-groups", "--python", sys.executable]
        subprocess.run(sync, cwd=ROOT, env=environment, check=True)
        about = ["--pyproject", str(ROOT / "pyproject.toml"), "--mc-type", "application", "--output-reproducible"]
        command = [program, "environment", *about, "--output-file", str(out), f"{folder}/bin/python"]
        subprocess.run(command, check=True)
    return len(json.loads(out.read_text())["components"])


if __name__ == "__main__":
    sys.stdout.write(f"{write()} parts are in {OUT.relative_to(ROOT)}\n")
