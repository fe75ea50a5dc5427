"""Count the mission rows, and run the tests that prove those that work: `make mission`.

Given the results of runs that have just ended, as CI does, only what they did not run is run.
"""

import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs" / "mission.md"
STATES = ("works", "partly", "not yet")
LINE = re.compile(r"^\| (\d\.\d\d) \| (.+?) \| (.+?) \| (.+?) \| ?(.*?) ?\|$")


@dataclass(frozen=True)
class Row:
    """One row of the mission: what it asks, who owns it, how far it is, and the tests that prove it."""

    number: str
    what: str
    owner: str
    state: str
    tests: tuple[str, ...]


def rows() -> list[Row]:
    found = [match.groups() for line in FILE.read_text("utf-8").splitlines() if (match := LINE.match(line))]
    return [
        Row(number, what, owner, state, tuple(f"tests/{test}" for test in re.findall(r"`([^`]+)`", tests)))
        for number, what, owner, state, tests in found
    ]


def outcomes(results: Path) -> dict[str, bool]:
    """Whether each test passed, for all of its parameters, in a run that wrote this file (JUnit's XML)."""
    found: dict[str, bool] = {}
    for case in ElementTree.parse(results).getroot().iter("testcase"):
        file = case.get("classname", "").replace(".", "/") + ".py"
        name = f"{file}::{case.get('name', '').partition('[')[0]}"
        passed = not {child.tag for child in case} & {"failure", "error", "skipped"}
        found[name] = found.get(name, True) and passed
    return found


def run(tests: list[str]) -> dict[str, bool]:
    """Whether each test exists and passes."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", f"--junitxml={results}"]
        done = subprocess.run([*command, *tests], cwd=ROOT, check=False)
        if not results.exists():
            sys.exit(f"the tests could not be run (pytest ended with {done.returncode})")
        return outcomes(results)


def unproven(all_rows: list[Row], passes: dict[str, bool]) -> list[str]:
    """What is wrong with the rows that are said to work."""
    found = []
    for row in all_rows:
        if row.state == "works" and not row.tests:
            found.append(f"{row.number} names no test")
        found += [f"{row.number}: {test} does not pass" for test in row.tests if not passes.get(test, False)]
    return found


def main() -> None:
    all_rows = rows()
    results = [Path(told) for told in sys.argv[1:] if Path(told).exists()]
    passes = {test: passed for one in results for test, passed in outcomes(one).items()}
    if left := sorted({test for row in all_rows for test in row.tests} - passes.keys()):
        passes |= run(left)
    print(f"\n{'group':>6} {'works':>6} {'partly':>7} {'not yet':>8}")
    for group in sorted({row.number[0] for row in all_rows}):
        counted = Counter(row.state for row in all_rows if row.number[0] == group)
        print(f"{group:>6} {counted['works']:>6} {counted['partly']:>7} {counted['not yet']:>8}")
    counted = Counter(row.state for row in all_rows)
    print(f"{'all':>6} {counted['works']:>6} {counted['partly']:>7} {counted['not yet']:>8}   of {len(all_rows)}")
    wrong = unproven(all_rows, passes)
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
