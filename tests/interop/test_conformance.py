"""Each line of docs/interop/conformance.md names a test that is there."""

import ast
import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "interop" / "conformance.md"
NAMED = re.compile(r"`(test_\w+\.py)(?:::(test_\w+))?`")


def test_every_test_that_the_page_names_is_there() -> None:
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if NAMED.search(line) and line.startswith("|")]
    assert len(lines) > 12
    for file, name in NAMED.findall("\n".join(lines)):
        parsed = ast.parse((Path(__file__).parent / file).read_text("utf-8"))
        tests = {one.name for one in parsed.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert tests if not name else name in tests, (file, name)
