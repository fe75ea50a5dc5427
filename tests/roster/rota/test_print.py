"""The print of a problem, by which the same question is known again."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
from services.roster.domain.job import print_of
from services.roster.usecases.rota.load import in_json
from tests.roster.rota.made import member, problem
able = frozenset({"catheter", "wound", "insulin", "palliative", "bladder_scan"})
never = frozenset((day, code) for day in range(5) for code in "ELN")
print(print_of(in_json(problem(member(1, skills=able, cannot=never), days=7))))
"""


def print_in_a_process(seed: int) -> str:
    told = {**os.environ, "PYTHONHASHSEED": str(seed)}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=told, capture_output=True, check=True, text=True
    ).stdout


def test_a_problem_has_the_same_print_in_every_process() -> None:
    assert len({print_in_a_process(seed) for seed in range(1, 4)}) == 1
