"""What a GP reads: one page or two about a day of care, made from what the team recorded."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

from font_roboto import Roboto, RobotoBold
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate

from services.common.types import ENGLAND

PLAIN, BOLD = "Roboto", "Roboto-Bold"
TEXT = ParagraphStyle("text", fontName=PLAIN, fontSize=11, leading=15, spaceAfter=3)
HEADING = ParagraphStyle("heading", fontName=BOLD, fontSize=12, leading=17, spaceBefore=9, spaceAfter=3)
TITLE = ParagraphStyle("title", parent=HEADING, fontSize=15, leading=20)
HOME = "HH"
registerFont(TTFont(PLAIN, Roboto))
registerFont(TTFont(BOLD, RobotoBold))

Content = dict[str, Any]


@dataclass(frozen=True)
class Day:
    """One client's day: who they are, the contacts, and what was found, each as interop holds it in FHIR."""

    on: date
    edition: int
    organisation: str
    patient: Content
    encounters: Sequence[Content]
    observations: Sequence[Content]
    conditions: Sequence[Content]


def printed(day: Day) -> bytes:
    """The letter as a PDF, whose text can be searched and copied into the surgery's record."""
    file = BytesIO()
    document = SimpleDocTemplate(
        file, pagesize=A4, title=title(day), author=day.organisation, invariant=1, lang="en-GB"
    )
    document.build([Paragraph(html.escape(text), style) for text, style in _said(day)])
    return file.getvalue()


def title(day: Day) -> str:
    return f"Neighbourhood nursing, {_day(day.on)}"


def _said(day: Day) -> Iterator[tuple[str, Any]]:
    yield title(day), TITLE
    yield day.organisation, TEXT
    yield from _section("Patient", *_who(day.patient))
    if day.edition > 1:
        yield "This takes the place of the document about the same day that was sent before.", TEXT
    yield from _section("What was done", *map(_contact, sorted(day.encounters, key=lambda one: one["period"]["start"])))
    yield from _section("What was found", *map(_finding, day.observations))
    yield from _section("Problems that the team works on", *map(_problem, day.conditions))
    yield from _section("For information", "Nothing is asked of you by this document.")


def _section(heading: str, *texts: str) -> Iterator[tuple[str, Any]]:
    if texts:
        yield heading, HEADING
        yield from ((text, TEXT) for text in texts)


def _who(patient: Content) -> Iterator[str]:
    (name,) = patient["name"]
    yield f"{' '.join(name['given'])} {name['family']}"
    yield f"Born {_day(date.fromisoformat(patient['birthDate']))}, NHS number {nhs_number(patient)}"


def nhs_number(patient: Content) -> str | None:
    """The number that the client is known by."""
    return next((one["value"] for one in patient.get("identifier", [])), None)


def _contact(encounter: Content) -> str:
    starts, ends = (_at(encounter["period"][name]) for name in ("start", "end"))
    where = "At home" if encounter["class"]["code"] == HOME else "By telephone or video"
    done = "; ".join(one["text"] for one in encounter.get("type", []))
    return f"{starts:%H:%M} to {ends:%H:%M}. {where}. {done}"


def _finding(observation: Content) -> str:
    what = observation.get("bodySite", {}).get("text") or _display(observation["code"])
    measured = ", ".join(filter(None, map(_measured, observation.get("component", []))))
    return f"{what}: {measured}"


def _measured(component: Content) -> str | None:
    if "valueQuantity" in component:
        quantity = component["valueQuantity"]
        return f"{_display(component['code']).lower()} {quantity['value']} {quantity['unit']}"
    if "valueInteger" in component:
        return f"{_display(component['code']).lower()} {component['valueInteger']} of 5"
    return None


def _problem(condition: Content) -> str:
    return _display(condition["code"])


def _display(concept: Content) -> str:
    coding = concept["coding"][0]
    return str(concept.get("text") or coding.get("display") or coding["code"])


def _at(instant: str) -> datetime:
    return datetime.fromisoformat(instant).astimezone(ENGLAND)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
