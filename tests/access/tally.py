"""How many questions were asked, and what was found: collected service by service, and told at the end of the run."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest

PROPERTY = "access"


@dataclass
class Tally:
    """`leaks` are answers that told somebody what is not for them, `faults` whatever else was not as declared."""

    operations: int = 0
    callers: int = 0
    checks: int = 0
    leaks: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def expect(self, holds: bool, what: str, *about: object) -> None:
        self.checks += 1
        if not holds:
            self.faults.append(" ".join(map(str, (what, *about))))

    def expect_kept(self, answer: Any, secrets: Collection[str], *about: object) -> None:
        """Nothing of this is in the answer, nor in its headers."""
        self.checks += 1
        told = answer.text + str(answer.headers)
        found = sorted(secret for secret in secrets if secret in told)
        if found:
            self.leaks.append(" ".join(map(str, (*about, "tells", found))))

    def settle(self, record: Any) -> None:
        """Hand the figures to the end of the run, and fail for what was found."""
        record(PROPERTY, json.dumps(asdict(self)))
        found = "\n".join(self.leaks + self.faults)
        assert not found, found


def summary(reports: Sequence[pytest.TestReport]) -> str | None:
    """One line for the whole run, or none where nobody was asked."""
    kept = [value for one in reports for name, value in one.user_properties if name == PROPERTY]
    found = [Tally(**json.loads(str(value))) for value in kept]
    if not found:
        return None
    operations, checks = sum(one.operations for one in found), sum(one.checks for one in found)
    callers, leaks = max(one.callers for one in found), sum(len(one.leaks) for one in found)
    return f"access: {operations} operations × {callers} callers, {checks:,} checks, {leaks} leaks"
