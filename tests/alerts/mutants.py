"""Alerts with one thing changed each: if the cases still pass, they do not hold the alert to what it says."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

COMPARED = re.compile(r"(?P<op>[<>]=?) (?P<number>\d+(?:\.\d+)?)")
ABSENT = re.compile(r"absent\(heatshield_up\{[^}]*\}\)")


def mutants(alert: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What was changed, in words, and the alert with it."""
    expr = str(alert["expr"])
    for found in COMPARED.finditer(expr):
        for number in _other(found["number"]):
            changed = f"{expr[: found.start()]}{found['op']} {number}{expr[found.end() :]}"
            yield f"{found[0]} → {found['op']} {number}", {**alert, "expr": changed}
    if not COMPARED.search(expr) and " < " in expr:
        yield "< → <=", {**alert, "expr": expr.replace(" < ", " <= ", 1)}
    for found in ABSENT.finditer(expr):
        kept = [one for one in ABSENT.findall(expr) if one != found[0]]
        yield f"without {found[0]}", {**alert, "expr": " or ".join(kept)}
    if "for" in alert:
        yield "for → none", {name: value for name, value in alert.items() if name != "for"}


def _other(number: str) -> tuple[str, str]:
    """One above and one below where it is a small count, a fifth above and below where it is a measure."""
    value = float(number)
    if "." not in number and value <= 5:
        return str(int(value) + 1), str(int(value) - 1)
    return f"{value * 1.2:g}", f"{value / 1.2:g}"
