"""Charts as SVG, of labels and numbers alone: whatever a label holds is written as text and never as markup."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, ROW, LEFT, TOP = 640, 34, 190, 48
BAR = WIDTH - LEFT - 70
# Blue and orange that keep apart for colour-blind eyes (Okabe and Ito 2008).
COLOURS = ("#0072b2", "#e69f00", "#009e73")


@dataclass(frozen=True)
class Bars:
    """One label, with a value for each series; a value that is not told has no bar."""

    label: str
    values: tuple[float | None, ...]


def bars(title: str, series: Sequence[str], rows: Sequence[Bars]) -> str:
    """Horizontal bars in groups, one group a label."""
    most = max((value for row in rows for value in row.values if value is not None), default=0) or 1
    thick = (ROW - 8) / max(len(series), 1)
    drawn = []
    for place, row in enumerate(rows):
        top = TOP + place * ROW
        drawn.append(_text(LEFT - 8, top + ROW / 2, row.label, "end"))
        for number, value in enumerate(row.values):
            y = top + number * thick
            long = 0 if value is None else BAR * value / most
            drawn.append(_rect(LEFT, y, long, thick - 1, COLOURS[number % len(COLOURS)]))
            drawn.append(_text(LEFT + long + 4, y + thick - 2, "few" if value is None else f"{value:g}", "start"))
    return _picture(title, series, TOP + len(rows) * ROW + 8, drawn)


def lines(title: str, series: Sequence[str], points: Sequence[Sequence[tuple[float, float]]], most: float) -> str:
    """A line for each series, from 0 to `most`; along the bottom run the weeks."""
    last = max((x for line in points for x, _ in line), default=1) or 1
    high = 180
    drawn = []
    for number, line in enumerate(points):
        spots = [(LEFT + BAR * x / last, TOP + high - high * y / most) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        colour = COLOURS[number % len(COLOURS)]
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in spots]
    drawn.append(_text(LEFT, TOP + high + 18, "week 0", "start"))
    drawn.append(_text(LEFT + BAR, TOP + high + 18, f"week {last:g}", "end"))
    return _picture(title, series, TOP + high + 28, drawn)


def _picture(title: str, series: Sequence[str], height: float, drawn: Sequence[str]) -> str:
    legend = [
        _rect(LEFT + number * 150, 26, 10, 10, COLOURS[number % len(COLOURS)])
        + _text(LEFT + number * 150 + 14, 35, name, "start")
        for number, name in enumerate(series)
    ]
    inside = "".join([f"<title>{escape(title)}</title>", _text(8, 16, title, "start"), *legend, *drawn])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" role="img" '
        f'font-family="sans-serif" font-size="12">{inside}</svg>'
    )


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'
