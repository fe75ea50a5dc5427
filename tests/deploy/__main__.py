"""`make k8s-check`: render both overlays, ask everything about them, and see each check refuse a planted fault."""

import copy
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.deploy import network, programs
from tests.deploy.checks import EVERYWHERE, PRODUCTION
from tests.deploy.manifests import Manifest, ours
from tests.deploy.mutants import MUTANTS, OUTSIDE
from tests.deploy.planting import Mutant
from tests.deploy.programs import Answer

SHOWN = 12


def main() -> int:
    begun, failed, skipped = time.monotonic(), 0, 0
    dev, production = _rendered()
    print(f"rendered: dev {len(dev)} objects, prod {len(production)}")
    print("\nWho reaches whom (prod)")
    print("\n".join(network.table(ours(production))))
    print("\nChecks", flush=True)
    for what, answer in _answers(dev, production):
        failed, skipped = failed + bool(answer.faults), skipped + len(answer.skipped)
        _tell(what, answer)
    print("\nPlanted faults", flush=True)
    for verdict, check, fault in _verdicts(ours(production)):
        failed, skipped = failed + (verdict == "NOT refused"), skipped + (verdict == "SKIPPED")
        print(f"  {verdict:<12} {check:<26} {fault}", flush=True)
    print(f"\n{failed} failed, {skipped} skipped, {time.monotonic() - begun:.0f} s")
    return int(failed > 0)


def _rendered() -> tuple[list[Manifest], list[Manifest]]:
    programs.made()
    with ThreadPoolExecutor(2) as beside:
        dev, production = beside.map(programs.rendered, ("overlays/dev", "overlays/prod"))
    return dev, production


def _answers(dev: list[Manifest], production: list[Manifest]) -> Iterator[tuple[str, Answer]]:
    for overlay, checks, manifests in (("dev", EVERYWHERE, dev), ("prod", PRODUCTION, production)):
        faults = [f"{what}: {fault}" for what, check in checks.items() for fault in check(ours(manifests))]
        yield f"{len(checks)} of our own ({overlay})", Answer(faults)
    restore = programs.read((programs.HERE / "restore" / "cluster.yaml").read_text("utf-8"))
    asked = [
        (f"{what} ({overlay})", ask, manifests)
        for what, ask in programs.OF_OVERLAYS.items()
        for overlay, manifests in (("prod and restore", [*production, *restore]), ("dev", dev))
        if overlay != "dev" or what != "checkov"
    ]
    with ThreadPoolExecutor(2) as beside:
        yield from beside.map(lambda one: (one[0], one[1](one[2])), asked)
        yield from beside.map(lambda one: (one[0], one[1]()), programs.FILES.items())


def _tell(what: str, answer: Answer) -> None:
    if answer.said or not answer.skipped:
        print(
            f"  {'FAILED' if answer.faults else 'ok':<12} {what}{f': {answer.said}' if answer.said else ''}", flush=True
        )
    for line in answer.faults[:SHOWN]:
        print(f"               {line}")
    for line in answer.skipped:
        print(f"  SKIPPED      {line}")


def _verdicts(production: list[Manifest]) -> Iterator[tuple[str, str, str]]:
    for mutant in MUTANTS:
        is_refused = any(PRODUCTION[mutant.refused_by](planted(mutant, production)))
        yield "refused" if is_refused else "NOT refused", mutant.refused_by, mutant.fault
    with ThreadPoolExecutor(2) as beside:
        yield from beside.map(lambda mutant: _of_program(mutant, production), OUTSIDE)
    for what, (fault, _) in programs.FAULTY.items():
        yield _verdict(programs.ask_faulty(what)), what, fault


def _of_program(mutant: Mutant, production: Sequence[Manifest]) -> tuple[str, str, str]:
    changed = list(programs.changed(production, planted(mutant, production)))
    return _verdict(programs.OF_OVERLAYS[mutant.refused_by](changed)), mutant.refused_by, mutant.fault


def _verdict(answer: Answer) -> str:
    if answer.skipped and not answer.said:
        return "SKIPPED"
    return "refused" if answer.faults else "NOT refused"


def planted(mutant: Mutant, manifests: Sequence[Manifest]) -> list[Manifest]:
    """These manifests with the fault in them."""
    made = copy.deepcopy(list(manifests))
    mutant.plant(made)
    return made


if __name__ == "__main__":
    sys.exit(main())
