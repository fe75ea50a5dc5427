"""Resources on their way out: with their version, and in a Bundle whose links work for the caller."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson

from services.interop.domain.resource import Kept, Resource, ResourceHistory, Shown
from services.interop.fhir.asked import Search
from services.interop.fhir.mapping.parts import instant
from services.interop.fhir.search import CURSOR

Entry = dict[str, Any]
SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
# What a resource is not valid without, and so is there whatever was asked for (FHIR R4, 3.1.1.5.9).
ALWAYS = {"resourceType", "id", "meta"}
PASSED_OVER = "not known here, and passed over. See /fhir/R4/metadata for what is."
NO_ID = "no id of this server, so that nothing is found by it. Give the id, or the type and the id."
MANDATORY = {
    "Appointment": {"status", "participant"},
    "CarePlan": {"status", "intent", "subject"},
    "Communication": {"status"},
    "Condition": {"subject"},
    "Consent": {"status", "scope", "category"},
    "DocumentReference": {"status", "content"},
    "Encounter": {"status", "class"},
    "EpisodeOfCare": {"status", "patient"},
    "Flag": {"status", "code", "subject"},
    "Goal": {"lifecycleStatus", "description", "subject"},
    "Observation": {"status", "code"},
    "Patient": set[str](),
    "Provenance": {"target", "recorded", "agent"},
    "QuestionnaireResponse": {"status"},
    "ServiceRequest": {"status", "intent", "subject"},
    "Task": {"status", "intent"},
}


def rendered(row: Kept | Resource | ResourceHistory) -> dict[str, Any]:
    """The resource with meta.versionId and meta.lastUpdated."""
    content = row.content
    meta = {"versionId": str(row.version), "lastUpdated": instant(row.changed_at), **content["meta"]}
    return {**content, "meta": meta}


def written(row: Kept) -> Any:
    """The same, put into the text that is kept where the mapping wrote it, so that most of it is never parsed."""
    head = f'{{"resourceType":"{row.resource_type}","id":"{row.resource_id}","meta":{{'
    text = row.document
    if not text.startswith(f'{head}"profile":') or '"versionId"' in text or '"lastUpdated"' in text:
        return rendered(row)
    said = f'"versionId":"{row.version}","lastUpdated":"{instant(row.changed_at)}",'
    return orjson.Fragment(f"{head}{said}{text[len(head) :]}")


def searchset(root: str, listed: str, search: Search, shown: Shown) -> dict[str, Any]:
    """One page of the record, each resource with its version; what comes along is said to be no match.

    `root` is the FHIR base as the caller sees it, and `listed` what was asked for there.
    """
    is_part = bool(search.elements) or search.summary == "data"
    found = [_entry(root, row, _part(row, search) if is_part else written(row), "match") for row in shown.rows]
    beside = [_entry(root, row, written(row), "include") for row in shown.along]
    total = {} if shown.total is None else {"total": shown.total}
    return _with(_page(root, listed, search, shown.next_cursor) | total, [*found, *beside, *_outcome(search)])


def page(
    root: str, listed: str, search: Search, contents: Sequence[dict[str, Any]], next_cursor: str | None
) -> dict[str, Any]:
    """One page of resources as they are. `next` is absent on the last page."""
    bundle = _page(root, listed, search, next_cursor)
    addressed = ((f"{root}/{one['resourceType']}/{one['id']}", one) for one in contents)
    return _with(bundle, [_found(address, one, "match") for address, one in addressed])


def _page(root: str, listed: str, search: Search, next_cursor: str | None) -> dict[str, Any]:
    links = _links(f"{root}/{listed}", search, next_cursor)
    return {"resourceType": "Bundle", "type": "searchset", "link": links}


def counted(base: str, search: Search, total: int, kind: str = "searchset") -> dict[str, Any]:
    """The answer to `_count=0`: how many there are, and none of them."""
    bundle = {"resourceType": "Bundle", "type": kind, "total": total, "link": _links(base, search, None)}
    return _with(bundle, list(_outcome(search)) if kind == "searchset" else [])


def history(
    root: str, listed: str, search: Search, rows: Sequence[ResourceHistory], next_cursor: str | None
) -> dict[str, Any]:
    """One page of versions, newest first."""
    bundle = {"resourceType": "Bundle", "type": "history", "link": _links(f"{root}/{listed}", search, next_cursor)}
    return _with(bundle, [_version(root, row) for row in rows])


def _version(root: str, row: ResourceHistory) -> Entry:
    name = f"{row.resource_type}/{row.resource_id}"
    is_first = row.version == 1
    return {
        "fullUrl": f"{root}/{name}",
        "resource": rendered(row),
        "request": {"method": "POST" if is_first else "PUT", "url": row.resource_type if is_first else name},
        "response": {
            "status": "201" if is_first else "200",
            "etag": f'W/"{row.version}"',
            "lastModified": instant(row.changed_at),
        },
    }


def _with(bundle: dict[str, Any], entries: Sequence[Entry]) -> dict[str, Any]:
    """FHIR has no empty list."""
    known = [*bundle.get("entry", []), *entries]
    return {**bundle, "entry": known} if known else bundle


def _entry(root: str, row: Kept, content: Any, mode: str) -> Entry:
    return _found(f"{root}/{row.resource_type}/{row.resource_id}", content, mode)


def _found(address: str, content: Any, mode: str) -> Entry:
    return {"fullUrl": address, "resource": content, "search": {"mode": mode}}


def _part(row: Kept, search: Search) -> dict[str, Any]:
    """As much of a resource as was asked for, and said to be a part."""
    content = rendered(row)
    wanted = ALWAYS | MANDATORY[content["resourceType"]] | search.elements
    kept = {name: value for name, value in content.items() if not search.elements or name in wanted}
    return {**kept, "meta": {**content["meta"], "tag": [SUBSETTED]}}


def _outcome(search: Search) -> Iterator[Entry]:
    """What was passed over, and what found nothing: the caller may take what was found for another search's."""
    told = ((search.ignored, "not-supported", PASSED_OVER), (search.unusable, "value", NO_ID))
    issues = [
        {"severity": "warning", "code": code, "details": {"text": f"{_named(names)}: {text}"}}
        for names, code, text in told
        if names
    ]
    if issues:
        outcome = {"resourceType": "OperationOutcome", "issue": issues}
        yield {"resource": outcome, "search": {"mode": "outcome"}}


def _named(names: Sequence[str]) -> str:
    return ", ".join(sorted({name for name in names if name})) or "A parameter"


def _links(base: str, search: Search, next_cursor: str | None) -> list[dict[str, str]]:
    links = [{"relation": "self", "url": _link(base, search.applied)}]
    if next_cursor is not None:
        links.append({"relation": "next", "url": _link(base, [*search.applied, (CURSOR, next_cursor)])})
    return links


def _link(base: str, pairs: Sequence[tuple[str, str]]) -> str:
    return f"{base}?{urlencode(pairs)}" if pairs else base
