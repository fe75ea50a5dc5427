"""What stands on few people is hidden outside a team, and so is what would give it away."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.common.figures import Cell, Layout, NotAMonthsEnd, hidden, standing_day

SMALLEST = 5
TODAY = date(2026, 11, 22)


def cells(**people: int) -> dict[str, Cell]:
    return {name.replace("_", "."): Cell(count, count) for name, count in people.items()}


def test_a_part_is_hidden_beside_a_small_one_whose_sum_is_known() -> None:
    layout = Layout(sums=(("all", ("a", "b", "c")),))
    assert hidden(cells(all=20, a=3, b=8, c=9), layout, SMALLEST) == {"a", "b"}
    assert hidden(cells(all=20, a=6, b=6, c=8), layout, SMALLEST) == frozenset()
    assert hidden(cells(all=4, a=4, b=0, c=0), layout, SMALLEST) == {"all", "a", "b", "c"}


def test_a_hidden_sum_is_not_given_away_by_its_parts() -> None:
    """b is hidden beside a; its own parts, all shown, would add up to it, and the sum of all less b and c is a."""
    layout = Layout(sums=(("all", ("a", "b", "c")), ("b", ("b.",))))
    found = cells(all=20, a=3, b=8, c=9, b_x=8, b_y=6)
    assert hidden(found, layout, SMALLEST) == {"a", "b", "b.y"}


def test_the_same_cell_is_hidden_whatever_the_order_in_which_equals_are_named() -> None:
    for parts in (("a", "b", "c"), ("c", "b", "a")):
        assert hidden(cells(all=20, a=3, b=8, c=8), Layout(sums=(("all", parts),)), SMALLEST) == {"a", "b"}


@given(some.lists(some.integers(0, 12), min_size=2, max_size=6))
def test_no_one_small_part_is_left_over(parts: list[int]) -> None:
    named = {f"p{place}": Cell(count, count) for place, count in enumerate(parts)}
    found = {"all": Cell(sum(parts), sum(parts)), **named}
    away = hidden(found, Layout(sums=(("all", tuple(named)),)), SMALLEST)
    left_over = [cell.people for name, cell in named.items() if name in away and cell.people]
    assert {name for name, cell in named.items() if cell.people < SMALLEST} <= away
    if "all" not in away and any(count < SMALLEST for count in left_over):
        assert len(left_over) > 1


def test_the_team_reads_any_day_and_those_outside_it_the_ends_of_months() -> None:
    assert standing_day(None, TODAY, outside=False) == TODAY
    assert standing_day(date(2026, 11, 3), TODAY, outside=False) == date(2026, 11, 3)
    assert standing_day(None, TODAY, outside=True) == date(2026, 10, 31)
    assert standing_day(date(2024, 2, 29), TODAY, outside=True) == date(2024, 2, 29)


@pytest.mark.parametrize("day", [date(2026, 10, 30), TODAY, date(2026, 11, 30), date(2028, 2, 28)])
def test_outside_the_team_no_other_day_is_told(day: date) -> None:
    with pytest.raises(NotAMonthsEnd):
        standing_day(day, TODAY, outside=True)
