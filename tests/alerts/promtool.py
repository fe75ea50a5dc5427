"""Prometheus' own tool for rules: where it is, and what it says of an alert and its cases."""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.alerts.cases import Case

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "observability" / "rules"
KEPT = ROOT / ".heatshield" / "promtool"


@cache
def promtool() -> str | None:
    """The tool of this machine, or Debian's, unpacked into .heatshield; None where neither is."""
    kept = KEPT / "usr" / "bin" / "promtool"
    if not kept.exists() and shutil.which("promtool") is None and shutil.which("apt-get") and shutil.which("dpkg"):
        _unpack(kept)
    return str(kept) if kept.exists() else shutil.which("promtool")


def _unpack(kept: Path) -> None:
    """Apart, and then put there at once: others may look for it at the same time."""
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT.parent) as folder:
        for package in ("promtool", "prometheus"):
            subprocess.run(["apt-get", "download", package], cwd=folder, capture_output=True, check=False)
            for found in Path(folder).glob("*.deb"):
                subprocess.run(["dpkg", "-x", found.name, "."], cwd=folder, capture_output=True, check=False)
                found.unlink()
            unpacked = Path(folder) / kept.relative_to(KEPT)
            if unpacked.exists():
                kept.parent.mkdir(parents=True, exist_ok=True)
                unpacked.replace(kept)
                return


def rules() -> dict[str, dict[str, Any]]:
    """Every rule by the name of its alert, or of what it records."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(RULES.glob("*.yaml")):
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]:
            found |= {rule.get("alert") or rule["record"]: rule for rule in group["rules"]}
    return found


def alerts() -> dict[str, dict[str, Any]]:
    return {name: rule for name, rule in rules().items() if "alert" in rule}


def failures(alert: Mapping[str, Any], cases: Sequence[Case]) -> str:
    """What the tool says of this alert with these cases; empty where it does all that it should."""
    records = [rule for name, rule in rules().items() if "record" in rule and name in alert["expr"]]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rules.yaml").write_text(
            yaml.safe_dump({"groups": [{"name": "g", "rules": [*records, dict(alert)]}]})
        )
        for case in cases:
            (folder / "test.yaml").write_text(yaml.safe_dump(_test(str(alert["alert"]), case)))
            ran = subprocess.run(
                [str(promtool()), "test", "rules", "test.yaml"], cwd=folder, capture_output=True, text=True, check=False
            )
            if ran.returncode:
                return ran.stdout + ran.stderr
    return ""


def _test(alert: str, case: Case) -> dict[str, Any]:
    early = [{"minute": case.minute - case.early, "fires": False}] if case.early <= case.minute else []
    wanted = [(series, [*early, {"minute": case.minute, "fires": True}]) for series in case.over]
    wanted += [(series, [{"minute": case.minute, "fires": False}]) for series in case.under]
    return {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": f"{case.step}m",
        "tests": [
            {
                "interval": f"{case.step}m",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": [_look(alert, look["minute"], fires=look["fires"]) for look in looks],
            }
            for series, looks in wanted
        ],
    }


def _look(alert: str, minute: int, *, fires: bool) -> dict[str, Any]:
    firing = f'sum(ALERTS{{alertname="{alert}",alertstate="firing"}})'
    value = 1.0 if fires else 0.0
    return {
        "expr": f"clamp_max({firing}, 1) or vector(0)",
        "eval_time": f"{minute}m",
        "exp_samples": [{"labels": "{}", "value": value}],
    }
