"""What the demo says: for people, or as one JSON object a line."""

import json
import sys
from dataclasses import dataclass, field


@dataclass
class Step:
    """One step of the day: what it claims, and each thing that it checked."""

    number: int
    title: str
    facts: list[tuple[bool, str]] = field(default_factory=list)

    def check(self, holds: object, what: str) -> None:
        self.facts.append((bool(holds), what))

    @property
    def ok(self) -> bool:
        return bool(self.facts) and all(holds for holds, _ in self.facts)


@dataclass
class Report:
    """Prints as it goes, so that somebody who waits sees what is happening."""

    as_json: bool
    steps: list[Step] = field(default_factory=list)

    def progress(self, text: str) -> None:
        print(f"  {text}", file=sys.stderr if self.as_json else sys.stdout, flush=True)

    def done(self, step: Step) -> None:
        self.steps.append(step)
        if self.as_json:
            detail = [what if holds else f"NOT: {what}" for holds, what in step.facts]
            line = {"step": step.number, "ok": step.ok, "title": step.title, "detail": detail}
            print(json.dumps(line, ensure_ascii=False), flush=True)
            return
        print(f"\n{step.number}. {step.title}", flush=True)
        for holds, what in step.facts:
            print(f"   {'✓' if holds else '✗ NOT:'} {what}", flush=True)

    @property
    def ok(self) -> bool:
        return bool(self.steps) and all(step.ok for step in self.steps)
