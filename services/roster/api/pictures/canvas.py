"""One small canvas, and two makers of it: a drawing as SVG, whose text can be read aloud, and as PNG."""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Literal

from font_roboto import Roboto, RobotoBold
from PIL import Image, ImageDraw, ImageFont

INK, PALE, SHADE, PAPER = "#1b1b1b", "#767676", "#e8edee", "#ffffff"
HATCH_STEP = 6
Anchor = Literal["start", "middle", "end"]
# Pillow's names for the same: left, middle or right, on the line that letters stand on.
ANCHORS: dict[Anchor, str] = {"start": "ls", "middle": "ms", "end": "rs"}
# A picture twice as fine as its numbers, so that small letters are sharp on paper.
FINE = 2


@dataclass(frozen=True)
class Box:
    """A rectangle; what is hatched is not settled yet."""

    x: float
    y: float
    width: float
    height: float
    fill: str = PAPER
    is_hatched: bool = False


@dataclass(frozen=True)
class Line:
    x: float
    y: float
    to_x: float
    to_y: float
    is_dashed: bool = False


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    radius: float
    fill: str = INK


@dataclass(frozen=True)
class Text:
    x: float
    y: float
    text: str
    size: int = 12
    is_bold: bool = False
    anchor: Anchor = "start"
    ink: str = INK


Mark = Box | Line | Dot | Text


@dataclass(frozen=True)
class Drawing:
    """Marks in the order in which they are drawn, and in words what they show for whoever does not see them."""

    title: str
    alt: str
    width: int
    height: int
    marks: tuple[Mark, ...]


def svg(drawing: Drawing) -> str:
    size = f'width="{drawing.width}" height="{drawing.height}" viewBox="0 0 {drawing.width} {drawing.height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title alt" {size}>',
        f'<title id="title">{html.escape(drawing.title)}</title><desc id="alt">{html.escape(drawing.alt)}</desc>',
        f'<defs><pattern id="hatch" width="{HATCH_STEP}" height="{HATCH_STEP}" patternUnits="userSpaceOnUse">'
        f'<path d="M0 {HATCH_STEP}L{HATCH_STEP} 0" stroke="{PALE}"/></pattern></defs>',
        f'<rect width="100%" height="100%" fill="{PAPER}"/>',
        *(line for mark in drawing.marks for line in _svg_of(mark)),
        "</svg>",
    ]
    return "\n".join(lines)


def _svg_of(mark: Mark) -> Iterator[str]:
    match mark:
        case Box():
            at = f'x="{mark.x:g}" y="{mark.y:g}" width="{mark.width:g}" height="{mark.height:g}" stroke="{PALE}"'
            yield f'<rect {at} fill="{mark.fill}"/>'
            if mark.is_hatched:
                yield f'<rect {at} fill="url(#hatch)"/>'
        case Line():
            dashes = ' stroke-dasharray="4 4"' if mark.is_dashed else ""
            ends = f'x1="{mark.x:g}" y1="{mark.y:g}" x2="{mark.to_x:g}" y2="{mark.to_y:g}"'
            yield f'<line {ends} stroke="{INK}"{dashes}/>'
        case Dot():
            at = f'cx="{mark.x:g}" cy="{mark.y:g}" r="{mark.radius:g}"'
            yield f'<circle {at} fill="{mark.fill}" stroke="{INK}"/>'
        case Text():
            how = f'font-family="Roboto, sans-serif" font-size="{mark.size}" text-anchor="{mark.anchor}"'
            weight = ' font-weight="bold"' if mark.is_bold else ""
            yield f'<text x="{mark.x:g}" y="{mark.y:g}" {how}{weight} fill="{mark.ink}">{html.escape(mark.text)}</text>'


def png(drawing: Drawing) -> bytes:
    image = Image.new("RGB", (drawing.width * FINE, drawing.height * FINE), PAPER)
    pen = ImageDraw.Draw(image)
    for mark in drawing.marks:
        _draw(pen, mark)
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw(pen: ImageDraw.ImageDraw, mark: Mark) -> None:
    match mark:
        case Box():
            left, top, right, bottom = _fine(mark.x, mark.y, mark.x + mark.width, mark.y + mark.height)
            pen.rectangle((left, top, right, bottom), fill=mark.fill, outline=PALE)
            if mark.is_hatched:
                _hatch(pen, left, top, right, bottom)
        case Line():
            _draw_line(pen, mark)
        case Dot():
            r = mark.radius
            pen.ellipse(_fine(mark.x - r, mark.y - r, mark.x + r, mark.y + r), fill=mark.fill, outline=INK)
        case Text():
            font, at = _font(mark.size, is_bold=mark.is_bold), (mark.x * FINE, mark.y * FINE)
            pen.text(at, mark.text, fill=mark.ink, font=font, anchor=ANCHORS[mark.anchor])


@cache
def _font(size: int, *, is_bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(RobotoBold if is_bold else Roboto, size * FINE)


def _fine(*numbers: float) -> tuple[float, ...]:
    return tuple(number * FINE for number in numbers)


def _hatch(pen: ImageDraw.ImageDraw, left: float, top: float, right: float, bottom: float) -> None:
    """Lines from lower left to upper right, cut off at the edges."""
    step, height = HATCH_STEP * FINE, bottom - top
    at = left - height + step
    while at < right:
        start, end = max(at, left), min(at + height, right)
        pen.line((start, bottom - (start - at), end, bottom - (end - at)), fill=PALE)
        at += step


def _draw_line(pen: ImageDraw.ImageDraw, line: Line) -> None:
    x, y, to_x, to_y = _fine(line.x, line.y, line.to_x, line.to_y)
    if not line.is_dashed:
        pen.line((x, y, to_x, to_y), fill=INK, width=FINE)
        return
    length = max(((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5, 1.0)
    along, dash = 0.0, 4.0 * FINE
    while along < length:
        start, end = along / length, min(along + dash, length) / length
        ends = (x + (to_x - x) * start, y + (to_y - y) * start, x + (to_x - x) * end, y + (to_y - y) * end)
        pen.line(ends, fill=INK, width=FINE)
        along += 2 * dash
