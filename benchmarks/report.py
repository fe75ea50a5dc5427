"""Figures with their baselines, as a table for people or as JSON lines."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One figure of ours beside its baseline. A ratio above 1 is better for us; that of a `_growth` is the growth.

    Where a difference of two times is not above zero, it says nothing, and is None.
    """

    name: str
    ours: float
    baseline: float
    baseline_name: str
    ratio: float | None
    unit: str

    @classmethod
    def of_rates(
        cls, name: str, ours: Sequence[float], baseline: Sequence[float], baseline_name: str, unit: str = "events/s"
    ) -> "Figure":
        """Of rates, of which more is better: the median of the rounds of each."""
        mine, theirs = statistics.median(ours), statistics.median(baseline)
        return cls(name, mine, theirs, baseline_name, mine / theirs, unit)

    @classmethod
    def of_times(cls, name: str, ours: float, baseline: float, baseline_name: str) -> "Figure":
        """Of times in milliseconds, of which less is better."""
        ratio = baseline / ours if min(ours, baseline) > 0 else None
        return cls(name, ours, baseline, baseline_name, ratio, "ms")

    @classmethod
    def of_growth(cls, name: str, large: Sequence[float], small: Sequence[float], small_name: str) -> "Figure":
        """Of a cost that should not grow, in microseconds an event: at the large size over that at the small."""
        most, least = statistics.median(large), statistics.median(small)
        return cls(f"{name}_growth", most, least, small_name, most / least, "us/event")

    def told_ratio(self) -> str:
        return "none" if self.ratio is None else f"{self.ratio:.2f}"


def show(figures: Sequence[Figure], *, as_json: bool) -> None:
    if as_json:
        for figure in figures:
            ratio = None if figure.ratio is None else round(figure.ratio, 3)
            print(json.dumps({**vars(figure), "ratio": ratio}), flush=True)
        return
    width = max(len(figure.name) for figure in figures)
    print(f"\n{'figure':{width}}  {'ours':>11}  {'baseline':>11}  {'unit':9} {'ratio':>6}  baseline is")
    for one in figures:
        values = f"{one.ours:11,.2f}  {one.baseline:11,.2f}  {one.unit:9} {one.told_ratio():>6}"
        print(f"{one.name:{width}}  {values}  {one.baseline_name}")
