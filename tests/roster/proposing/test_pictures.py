"""A rota and a round as pictures: read aloud, looked at without colour, and printed."""

import base64
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from PIL import Image

from services.roster.api.pictures import lights, rota_grid, round_sketch
from services.roster.api.pictures.canvas import FINE, Box, Drawing, Line, Text, png, svg
from services.roster.api.pictures.lights import WeekOfLights
from services.roster.api.pictures.page import PAGE, PNG, SVG, NoSuchPicture, accepted, page
from services.roster.api.pictures.rota_grid import RotaPicture
from services.roster.api.pictures.round_sketch import RoundSketch, RoundsPicture, StopSketch
from services.roster.domain.capacity import Light
from services.roster.domain.rota.problem import Need
from services.roster.domain.rounds.travel import Point
from tests.roster.rota.made import member, problem, row

AT = "{http://www.w3.org/2000/svg}"
BASE, EDITH, WALTER = Point(54.10571, -3.23359), Point(54.11713, -3.21937), Point(54.2, -3.1)


def a_rota(*, is_proposed: bool = True) -> RotaPicture:
    needs = tuple(Need(day, "E", 2) for day in range(7))
    asked = problem(member(1), member(2), days=7, needs=needs)
    roster = (row("E E E . . E N"), row("E . E E L . E"))
    return RotaPicture("Rota <draft> & more", asked, roster, ("Ruth", "Tom"), is_proposed)


def rounds(*, is_proposed: bool = True) -> RoundsPicture:
    ruth = RoundSketch(
        "A", "Ruth", BASE, (StopSketch(EDITH, "09:10", "named nurse"), StopSketch(None, "10:30", "buddy"))
    )
    tom = RoundSketch("B", "Tom", None, (StopSketch(WALTER, "09:40", "named nurse"),))
    return RoundsPicture("Rounds of 24 November", (ruth, tom), ("One visit: nobody is able.",), is_proposed)


def texts(drawing: Drawing) -> list[str]:
    return [mark.text for mark in drawing.marks if isinstance(mark, Text)]


def weeks() -> list[WeekOfLights]:
    """One that is full, one in which there is nobody, and one as it is told outside the team."""
    return [
        WeekOfLights(date(2026, 11, 23), Light.AMBER, 9900, 0, 5400, 6000),
        WeekOfLights(date(2026, 11, 30), Light.RED, 9900, 450, 600, 0),
        WeekOfLights(date(2026, 12, 7), None, 9900, 0),
    ]


DRAWINGS = [rota_grid.drawn(a_rota()), round_sketch.drawn(rounds()), lights.drawn("Capacity", weeks())]


@pytest.mark.parametrize("drawing", DRAWINGS, ids=["rota", "rounds", "lights"])
def test_a_picture_is_well_formed_with_its_title_and_what_it_shows_in_words(drawing: Drawing) -> None:
    root = ElementTree.fromstring(svg(drawing))
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title alt")
    assert [root.findtext(f"{AT}{tag}") for tag in ("title", "desc")] == [drawing.title, drawing.alt]
    assert [one.text for one in root.iter(f"{AT}text")] == texts(drawing)
    assert not list(root.iter(f"{AT}script"))


@pytest.mark.parametrize("drawing", DRAWINGS, ids=["rota", "rounds", "lights"])
def test_the_same_is_a_png_of_the_same_size(drawing: Drawing) -> None:
    with Image.open(BytesIO(png(drawing))) as image:
        assert (image.format, image.size) == ("PNG", (drawing.width * FINE, drawing.height * FINE))
        assert len(image.getcolors(maxcolors=100_000) or []) > 2


def test_a_page_has_both_with_the_words() -> None:
    shown = page(DRAWINGS[0])
    assert "<title>Rota &lt;draft&gt; &amp; more</title>" in shown
    assert f'alt="{DRAWINGS[0].alt}"' in shown
    kept = base64.b64decode(shown.partition("base64,")[2].partition('"')[0])
    assert kept == png(DRAWINGS[0])


def test_a_rota_has_letters_hours_cover_and_weekends() -> None:
    drawing = rota_grid.drawn(a_rota())
    told = texts(drawing)
    assert told.count("E") == 8
    assert {"Ruth", "Tom", "Hours", "39:30", "37:30"} <= set(told)
    assert [one for one in told if "/" in one] == ["2/2", "1/2!", "2/2", "1/2!", "0/2!", "1/2!", "1/2!"]
    assert "Proposed, not agreed" in drawing.alt
    assert "2 February by 1" in drawing.alt
    assert len([mark for mark in drawing.marks if isinstance(mark, Box) and mark.is_hatched]) == 10


def test_what_is_agreed_is_not_hatched_nor_dashed() -> None:
    agreed, adopted = rota_grid.drawn(a_rota(is_proposed=False)), round_sketch.drawn(rounds(is_proposed=False))
    assert not [mark for mark in agreed.marks if isinstance(mark, Box) and mark.is_hatched]
    assert not [mark for mark in adopted.marks if isinstance(mark, Line) and mark.is_dashed]
    assert "roposed" not in agreed.alt + adopted.alt + " ".join(texts(agreed))


def test_a_round_is_told_by_letter_and_number_and_shows_no_coordinate() -> None:
    drawing = round_sketch.drawn(rounds())
    assert {"A1", "B1", "A1  09:10  named nurse", "A2  10:30  buddy (place not known)", "Not served"} <= set(
        texts(drawing)
    )
    assert "Ruth has 2, Tom has 1. Not served: 1." in drawing.alt
    assert all(mark.is_dashed for mark in drawing.marks if isinstance(mark, Line))
    assert not [one for one in ("54.1", "3.2", "54.2") if one in svg(drawing)]


def test_each_light_is_told_in_a_word_and_in_hours() -> None:
    drawing = lights.drawn("Capacity", weeks())
    assert drawing.alt == (
        "Week of 23 November amber, 90.0 h asked of 100.0 h; week of 30 November red, 10.0 h asked of 0.0 h, 7.5 h"
        " vacant; week of 7 December not told, 165.0 h contracted."
    )
    assert {"Amber", "Red", "Not told", "Not told outside the team"} <= set(texts(drawing))
    bars = [mark.width for mark in drawing.marks if isinstance(mark, Box)]
    assert bars == [200, 120, 200, 200]


def test_rounds_of_nobody_or_of_one_door_are_drawn() -> None:
    assert "0 rounds" in round_sketch.drawn(RoundsPicture("None", (), (), is_proposed=True)).alt
    here = RoundSketch("A", "Ruth", BASE, (StopSketch(BASE, "09:00", "here"),))
    one = round_sketch.drawn(replace(rounds(), rounds=(here,)))
    assert png(one).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("*/*", SVG), ("image/png", PNG), ("text/html,application/xhtml+xml,*/*;q=0.8", PAGE), ("image/*", SVG)],
)
def test_whoever_asks_gets_the_form_that_they_take(accept: str, kind: str) -> None:
    assert accepted(accept) == kind


def test_no_other_form_is_made() -> None:
    with pytest.raises(NoSuchPicture):
        accepted("application/pdf")
