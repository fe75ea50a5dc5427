"""Why a partner refers somebody and what it asks, gathered from all over its message into one text."""

from collections.abc import Iterable, Iterator
from typing import Any

from services.interop.partners.bars.message import Entry, Message
from services.interop.partners.bars.words import prose, within

Resource = dict[str, Any]

# SNOMED CT, by which BaRS tells the reason for this contact from the person's other conditions.
PRESENTING_COMPLAINT = "33962009"
NOT_SO = {"refuted", "entered-in-error"}


def reason_of(message: Message, request: Entry) -> str | None:
    """The reason, what is asked, what was found, the complaint, and last the advice given; None if nothing is said."""
    plans = [entry.resource for entry in message.of_type("CarePlan")]
    activities = [activity for plan in plans for activity in plan.get("activity", [])]
    reasons = _reasons(message, request)
    others = [entry for entry in message.of_type("Condition") if entry.position not in reasons]
    sections = (
        ("", _why(request.resource, reasons.values())),
        ("Asked for: ", _asked(message, request.resource, activities)),
        ("Found: ", _found(plans, activities)),
        ("Presenting complaint: ", _conditions(entry for entry in others if _is_complaint(entry))),
        ("Condition: ", _conditions(entry for entry in others if not _is_complaint(entry))),
        ("Advice given: ", [request.resource.get("patientInstruction")]),
    )
    said = ((label, prose("; ".join(_once(texts)))) for label, texts in sections)
    return within([f"{label}{words}" for label, words in said if words])


def _reasons(message: Message, request: Entry) -> dict[int, Entry]:
    """The conditions that the request names as its reason, by their place in the message."""
    named = (message.follow(reference) for reference in request.resource.get("reasonReference", []))
    return {entry.position: entry for entry in named if entry is not None and entry.is_a("Condition")}


def _is_complaint(condition: Entry) -> bool:
    return PRESENTING_COMPLAINT in _codes(condition.resource.get("category", []))


def _why(asked: Resource, reasons: Iterable[Entry]) -> Iterator[Any]:
    yield from map(_concept, asked.get("reasonCode", []))
    yield from _conditions(reasons)
    yield from _notes(asked)


def _asked(message: Message, asked: Resource, activities: Iterable[Resource]) -> Iterator[Any]:
    """The request's own words, then the tasks and activities of the plan that it is based on."""
    yield _concept(asked.get("code"))
    yield from map(_concept, asked.get("orderDetail", []))
    yield from (category.get("text") for category in asked.get("category", []))
    for task in message.of_type("Task"):
        yield _concept(task.resource.get("code"))
        yield task.resource.get("description")
        yield from _notes(task.resource)
    for activity in activities:
        yield _concept(activity.get("detail", {}).get("code"))
        yield activity.get("detail", {}).get("description")


def _found(plans: Iterable[Resource], activities: Iterable[Resource]) -> Iterator[Any]:
    """The outcomes of the sender's assessment. The codes come first, for a summary beside them may fill pages."""
    outcomes = [outcome for activity in activities for outcome in activity.get("outcomeCodeableConcept", [])]
    yield from map(_labelled, sorted(outcomes, key=lambda outcome: "coding" not in outcome))
    for plan in plans:
        yield plan.get("description")
        yield from _notes(plan)


def _conditions(entries: Iterable[Entry]) -> Iterator[Any]:
    for entry in entries:
        if not NOT_SO.intersection(_codes([entry.resource.get("verificationStatus", {})])):
            yield _concept(entry.resource.get("code"))
            yield from _notes(entry.resource)


def _notes(resource: Resource) -> Iterator[Any]:
    return (note.get("text") for note in resource.get("note", []))


def _concept(concept: Resource | None) -> str | None:
    """A CodeableConcept in words: its text, or what its first code is called."""
    names = _names(concept)
    return (concept or {}).get("text") or (names[0] if names else None)


def _labelled(concept: Resource) -> str | None:
    """What the codes are called after the text, which in BaRS says what kind of code it is."""
    return ": ".join(_once([concept.get("text"), *_names(concept)[:1]])) or None


def _names(concept: Resource | None) -> list[str]:
    codings = (concept or {}).get("coding", [])
    return [name for coding in codings for name in (coding.get("display") or coding.get("code"),) if name]


def _codes(concepts: Iterable[Resource]) -> set[str]:
    return {coding["code"] for concept in concepts for coding in concept.get("coding", []) if "code" in coding}


def _once(texts: Iterable[Any]) -> list[str]:
    """What is said, each once."""
    said = (text.strip() for text in texts if isinstance(text, str))
    return list(dict.fromkeys(text for text in said if text))
