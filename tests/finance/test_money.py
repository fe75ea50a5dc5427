"""Money is split so that the pence add up, and rounded once."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.finance.domain.base import half_up, shares

weights = some.lists(some.integers(1, 1440), min_size=1, max_size=20)


@given(some.integers(-(10**10), 10**10), weights)
def test_shares_add_up_to_the_whole_and_none_is_off_by_a_penny(amount: int, parts: list[int]) -> None:
    split = shares(amount, parts)
    assert sum(split) == amount
    for share, weight in zip(split, parts, strict=True):
        assert abs(share - Fraction(amount * weight, sum(parts))) < 1


@given(some.integers(0, 10**10), weights)
def test_a_longer_segment_never_costs_less_than_a_shorter_one(amount: int, parts: list[int]) -> None:
    split = sorted(zip(parts, shares(amount, parts), strict=True))
    by_weight = [(weight, share) for weight, share in split]
    for (shorter, less), (longer, more) in zip(by_weight, by_weight[1:], strict=False):
        assert shorter == longer or less <= more


@given(some.integers(0, 10**10), weights)
def test_a_debt_is_split_like_a_credit(amount: int, parts: list[int]) -> None:
    assert shares(-amount, parts) == [-share for share in shares(amount, parts)]


@pytest.mark.parametrize(
    ("amount", "parts", "split"),
    [
        (10_000, [1, 1, 1], [3334, 3333, 3333]),
        (-10_000, [1, 1, 1], [-3334, -3333, -3333]),
        (2_754_863, [4, 1, 1, 1, 1], [1_377_431, 344_358, 344_358, 344_358, 344_358]),
        (-1_234_567, [1, 1, 1, 1], [-308_642, -308_642, -308_642, -308_641]),
        (120_000, [17, 14], [65_806, 54_194]),
        (5_000_000, [1] * 12, [416_667] * 8 + [416_666] * 4),
    ],
)
def test_spare_pence_go_to_the_largest_remainders_and_ties_to_the_first(
    amount: int, parts: list[int], split: list[int]
) -> None:
    assert shares(amount, parts) == split


def test_halves_are_rounded_upwards() -> None:
    assert [half_up(Fraction(n, 2)) for n in (1, 3, 4, 5)] == [1, 2, 2, 3]
