"""SEKMET: its whole library of scenarios, and one of ours for a server to which patients come by referral.

`with_sekmet.py FOLDER BASE TOKEN PATIENT`; what each step came to is printed as JSON, by scenario and name of the step.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER, BASE, TOKEN, PATIENT = sys.argv[1:5]
PEER = {"base_url": BASE, "auth": {"type": "bearer", "token": TOKEN}, "roles": []}
OURS = Path(__file__).parent / "reading.yaml"


def main() -> None:
    folder = Path(FOLDER)
    settings = {"data_dir": str(folder), "peers": {"ours": PEER}, "simulator": {"enabled": False}}
    # JSON is YAML as well.
    (folder / "settings.yaml").write_text(json.dumps(settings), "utf-8")
    told = {}
    for names in (["all"], [str(OURS), "--var", f"patient={PATIENT}"]):
        command = [str(Path(sys.executable).parent / "sekmet"), "scenario", "run", *names, "--peer", "ours"]
        run = [*command, "--no-serve", "--report-dir", str(folder), "--config", str(folder / "settings.yaml")]
        done = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
        report = next(folder.glob("*/results.json"), None)
        if done.returncode not in (0, 1) or report is None:
            sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
        for one in json.loads(report.read_text("utf-8")):
            steps = {step["name"]: [step["status"], step["message"]] for step in one["steps"]}
            told[Path(one["file"]).stem] = steps
        shutil.rmtree(report.parent)
    print(json.dumps(told))


main()
