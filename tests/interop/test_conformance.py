"""Each line of docs/interop/conformance.md names a test that is there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "interop" / "conformance.md"
# Beside this one, unless another folder is named.
NAMED = re.compile(r"`(?:(tests/\w+)/)?(test_\w+\.py)(?:::(test_\w+))?`")


def test_every_test_that_the_page_names_is_there() -> None:
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if NAMED.search(line) and line.startswith("|")]
    assert len(lines) > 12
    for folder, file, name in NAMED.findall("\n".join(lines)):
        parsed = ast.parse((ROOT / (folder or "tests/interop") / file).read_text("utf-8"))
        tests = {one.name for one in parsed.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert tests if not name else name in tests, (file, name)
