"""What the operators' command prints lines up, is never cut, and holds nothing that a terminal would obey."""

import pytest

from services.console.tables import length, table


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 ms"),
        (0.0126, "13 ms"),
        (1.9, "1900 ms"),
        (2, "2.0 s"),
        (119, "119.0 s"),
        (120, "2 min"),
        (7200, "2 h"),
        (172_800, "2 d"),
        (-0.003, "-3 ms"),
    ],
)
def test_a_length_of_time_is_told_in_a_unit_that_suits_it(seconds: float, told: str) -> None:
    assert length(seconds) == told


def test_columns_line_up_and_nothing_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    table(("ID", "WHY"), [("1", "x" * 300), ("a longer one", None), ("", "\x1b[2J")])
    assert capsys.readouterr().out.splitlines() == [
        "ID            WHY",
        "1             " + "x" * 300,
        "a longer one  -",
        "               [2J",
    ]


def test_a_table_without_rows_shows_its_heads(capsys: pytest.CaptureFixture[str]) -> None:
    table(("ID", "WHY"), [])
    assert capsys.readouterr().out == "ID  WHY\n"
