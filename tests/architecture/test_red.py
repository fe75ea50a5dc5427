"""What CI says at its end names each test that was red, and why."""

from pathlib import Path

import pytest

from tests.red import red

FAILED = """<testsuites><testsuite>
<testcase classname="tests.a" name="green"/>
<testcase classname="tests.a" name="test_b"><failure message="no reason&#10;more">{text}</failure></testcase>
<testcase classname="tests.a" name="test_c"><error message="no server">{text}</error></testcase>
</testsuite></testsuites>"""


@pytest.mark.parametrize("lines", [0, 1, 40])
def test_a_red_test_is_named_with_its_reason_however_long_it_goes_on(tmp_path: Path, lines: int) -> None:
    (tmp_path / "fast.xml").write_text(FAILED.format(text="\n".join(f"line {number}" for number in range(lines))))
    failed, broken = red(tmp_path / "fast.xml")
    assert failed.splitlines()[:2] == ["tests.a::test_b", "    no reason"]
    assert broken.splitlines()[:2] == ["tests.a::test_c", "    no server"]
    assert len(failed.splitlines()) <= 14
    assert lines == 0 or failed.endswith(f"line {lines - 1}")


def test_a_run_that_broke_off_is_named(tmp_path: Path) -> None:
    (tmp_path / "slow.xml").write_text("<testsuites><testsuite>")
    assert red(tmp_path / "slow.xml") == ["slow.xml was not written to its end"]
