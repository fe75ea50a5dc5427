"""The mission's table is whole, and what it calls proven names tests that are there."""

import ast
from pathlib import Path

from tests.mission import ROOT, STATES, Row, rows, unproven

ROWS = rows()
GROUPS = {"1": 31, "2": 12, "3": 37, "4": 15, "5": 52, "6": 29, "7": 17, "8": 25}


def test_every_one_of_the_218_rows_is_there_once() -> None:
    numbers = [row.number for row in ROWS]
    assert numbers == [f"{group}.{n:02d}" for group, count in GROUPS.items() for n in range(1, count + 1)]
    assert {row.state for row in ROWS} <= set(STATES)


def test_a_row_that_works_or_partly_works_names_tests_that_exist() -> None:
    missing = [
        f"{row.number}: {test}"
        for row in ROWS
        for test in row.tests
        if test.rpartition("::")[2] not in functions(ROOT / test.partition("::")[0])
    ]
    assert missing == []
    assert [row.number for row in ROWS if row.state != "not yet" and not row.tests] == []


def functions(file: Path) -> set[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, kinds)}


def test_a_row_without_a_passing_test_is_caught() -> None:
    claimed = Row("9.01", "x", "hr", "works", ())
    broken = Row("9.02", "x", "hr", "works", ("tests/x.py::test_y",))
    assert unproven([claimed], {}) == ["9.01 names no test"]
    assert unproven([broken], {"tests/x.py::test_y": False}) == ["9.02: tests/x.py::test_y does not pass"]
    assert unproven([broken], {"tests/x.py::test_y": True}) == []
