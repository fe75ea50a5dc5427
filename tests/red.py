"""Say at the end of a long run which tests were red, and why: the output in between is too long to look through."""

import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / ".heatshield" / "results"
LINES = 12


def red(results: Path) -> list[str]:
    """Each test that failed or could not begin, and the end of what it said, in the run of this file (JUnit's XML)."""
    try:
        cases = ElementTree.parse(results).getroot().iter("testcase")
    except ElementTree.ParseError:
        return [f"{results.name} was not written to its end"]
    return [
        f"{case.get('classname', '')}::{case.get('name', '')}\n{_end_of(told)}"
        for case in cases
        for told in case
        if told.tag in {"failure", "error"}
    ]


def _end_of(told: ElementTree.Element) -> str:
    """The first line of the reason, and the last of the rest."""
    reason = told.get("message", "").splitlines()[:1]
    return "\n".join(f"    {line}" for line in [*reason, *(told.text or "").splitlines()[-LINES:]])


def main() -> None:
    for results in sorted(RESULTS.glob("*.xml")):
        for one in red(results):
            print(f"red ({results.stem}): {one}", file=sys.stderr)


if __name__ == "__main__":
    main()
