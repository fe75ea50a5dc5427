"""The client's copy of the plan on paper: large letters, plain words, and no number of theirs."""

import html
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from font_roboto import Roboto, RobotoBold
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate

from services.caseload.domain.care_plan import CarePlanStatus
from services.caseload.domain.plan_copy import NextVisit, PlanCopy, Who
from services.common.types import ENGLAND

PLAIN, BOLD = "Roboto", "Roboto-Bold"
# Letters as large as the NHS Accessible Information Standard's large print begins with.
TEXT = ParagraphStyle("text", fontName=PLAIN, fontSize=16, leading=22, spaceAfter=6)
HEADING = ParagraphStyle("heading", fontName=BOLD, fontSize=18, leading=26, spaceBefore=14, spaceAfter=4)
TITLE = ParagraphStyle("title", parent=HEADING, fontSize=24, leading=32)
DRAFT = "Draft: not agreed yet. Tell us what you would like changed."
WHO = {
    Who.NAMED_NURSE: "your named nurse",
    Who.DEPUTY: "your nurse's deputy",
    Who.ANOTHER_OF_THE_TEAM: "another of the team",
}
registerFont(TTFont(PLAIN, Roboto))
registerFont(TTFont(BOLD, RobotoBold))


def printed(copy: PlanCopy) -> bytes:
    """The copy as a PDF, whose text can be read aloud and copied. A draft says so on every page."""
    file, is_draft = BytesIO(), copy.plan.status != CarePlanStatus.AGREED
    document = SimpleDocTemplate(file, pagesize=A4, title="My care plan", author="", invariant=1, lang="en-GB")

    def on_page(canvas: Any, _: Any) -> None:
        if is_draft:
            canvas.setFont(BOLD, 14)
            canvas.drawString(document.leftMargin, A4[1] - 40, DRAFT)

    story = [Paragraph(html.escape(text).replace("\n", "<br/>"), style) for text, style in _said(copy)]
    document.build(story, onFirstPage=on_page, onLaterPages=on_page)
    return file.getvalue()


def _said(copy: PlanCopy) -> Iterator[tuple[str, Any]]:
    plan = copy.plan
    yield "My care plan", TITLE
    yield f"{copy.client.given_name} {copy.client.family_name}", TEXT
    yield from _section("What I want", plan.client_words)
    yield from _section("What matters to me", *filter(None, [copy.what_matters]))
    yield from _section("What we do together", *(f"• {line.words}" for line in copy.lines))
    yield from _section("How long", f"About {plan.expected_visits} visits, to {_day(plan.ends_on)}.")
    yield from _section("My next visits", *map(_visit, copy.next_visits))
    yield from _section("Who to ring", *map(_to_call, plan.who_to_call))
    if plan.agreed_on is not None:
        yield from _section("Agreed", f"On {_day(plan.agreed_on)}.")


def _section(heading: str, *texts: str) -> Iterator[tuple[str, Any]]:
    if texts:
        yield heading, HEADING
        yield from ((text, TEXT) for text in texts)


def _visit(visit: NextVisit) -> str:
    starts, ends = visit.starts_at.astimezone(ENGLAND), visit.ends_at.astimezone(ENGLAND)
    return f"{starts:%A} {_day(starts)}, {starts:%H:%M} to {ends:%H:%M}: {WHO[visit.who]}"


def _to_call(person: dict[str, Any]) -> str:
    when = f", {person['when']}" if person.get("when") else ""
    return f"{person['name']}, {person['role']}: {person['phone']}{when}"


def _day(day: Any) -> str:
    return f"{day.day} {day:%B %Y}"
