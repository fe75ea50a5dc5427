"""`make alerts-check`: the rules, their cases, and a table of what each changed alert came to."""

import subprocess
import sys

import typer

from tests.alerts.cases import CASES
from tests.alerts.mutants import mutants
from tests.alerts.promtool import RULES, alerts, failures, promtool


def main() -> int:
    if promtool() is None:
        typer.echo("SKIPPED (counted as 1 skipped): no promtool here, and none to be had from Debian")
        return 0
    if subprocess.run(
        [str(promtool()), "check", "rules", *map(str, sorted(RULES.glob("*.yaml")))], check=False
    ).returncode:
        return 1
    wrong = 0
    for name, alert in alerts().items():
        said = failures(alert, CASES[name])
        wrong += bool(said)
        typer.echo(f"{'FAILS ' if said else 'ok    '}{name}{said and chr(10) + said}")
        for what, changed in mutants(alert):
            lives = not failures(changed, CASES[name])
            wrong += lives
            typer.echo(f"  {'LIVES ' if lives else 'caught'} {what}")
    typer.echo(f"{len(CASES)} alerts, {wrong} wrong")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
