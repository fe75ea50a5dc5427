"""Values that no careful sender writes, by what they are put in place of; the marker stands for a person's data."""

from collections.abc import Sequence
from typing import Any, TypeVar

from tests.interop.bars_message import DOS_SERVICE, NHS_NUMBER, OURS
from tests.interop.writes import THEIRS

OneT = TypeVar("OneT")
# No word of any answer, log, event or address.
MARK = "Quxmarlow"
NAME = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
NOBODY = "01938000-0000-7000-8000-0000000000ff"


def pick(choice: Sequence[OneT], number: int) -> OneT:
    return choice[number % len(choice)]


def _deep(levels: int) -> Any:
    made: Any = MARK
    for _ in range(levels):
        made = {"extension": [{"url": "http://x", "valueString": "x"}], "a": [made]}
    return made


RAW = [
    *("1e400", "-1e400", "1e-400", "1E+2", "-0", "-0.0", "1.0", "00", "+1", ".5", "0x10", "1_000", "NaN", "Infinity"),
    *("-Infinity", "9007199254740993", "-9223372036854775809", "18446744073709551616", "9" * 5000, "0." + "1" * 20_000),
    *("1e-20000", "0." + "0" * 17_000 + "1", "1.5e-300", "72.500000", "2147483648", "True", "undefined", ""),
]
TEXTS = [
    *("", " ", "\n", MARK, MARK * 300, "A" * 20_000, "\ud800", "\udfff\ud800", "a\x00b", "\x01", "\x1b[31m", "\x1e"),
    *("\x1f", "\x7f", "\x85", "\u2028", "\ufeff", "\ufffe", "\uffff", "\U0010ffff", "é" * 400, "e\u0301" * 2000),
    *(
        "\u202e" + MARK,
        "999 000 0204",
        "9990000204",
        "٩٩٩",
        "９９９",
        "²",
        "true",
        "null",
        "-1",
        "%00",
        "%ff",
        "{}",
        "[]",
    ),
    *("<div>", f"<div xmlns='http://www.w3.org/1999/xhtml'>{MARK}</div>", f"<p>{MARK}<script>x</script></p>"),
    *(
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "'; drop table resource; --",
        "$where",
        "../../etc/passwd",
        "a/b#c?d",
    ),
    *("constructor", "__proto__", "http://x" * 700, "#", "#person", "#a", NAME),
]
TIMES = [
    *("0001-01-01", "0000-01-01", "9999-12-31", "9999", "2026-02-30", "2026-13", "1936-6-6", "20260606", "2026-11-20T"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59.999999999999999Z"),
    *("2026-12-31T23:59:60Z", "2026-11-20T24:00:00Z", "2026-11-20T22:10:00", "2026-11-20T22:10Z", MARK),
    *("2026-11-20T22:10:00+99:99", "2026-11-20T22:10:00." + "9" * 400 + "Z", "2026-11-20T22:10:00Z", "2026-11-21"),
]
REFERENCES = [
    *("#", "#person", "#nothing", "#a", NAME, "urn:uuid:not-a-uuid", "urn:uuid:" + NOBODY, "urn:oid:1.2.3", "Patient"),
    *(f"Patient/{NOBODY}", "Patient/1", "Patient/", "Patient/a b", f"Patient/{MARK}", f"Patient/{NOBODY}/_history/1"),
    *(f"https://elsewhere.example/fhir/Patient/{NOBODY}", "http://[::1", "javascript:alert(1)", "file:///etc/passwd"),
    *(f"ServiceRequest?identifier={THEIRS}|R-1", f"ServiceRequest?identifier={THEIRS}|none", "Patient?", "Nothing?a=b"),
    *(f"Patient?identifier={NHS_NUMBER}|9990000204", "Patient?_id=1", f"Patient?family={MARK}", "Patient?name=%00"),
    *("Observation?patient.name=a", "Patient?identifier=%", "Patient?_has:x=1", "Encounter?status=planned", MARK),
    *("Subscription?status=active", "Patient?birthdate=ge", "Encounter?date=9999-99", "ServiceRequest?_lastUpdated=x"),
]
CONDITIONS = [one.partition("?")[2] for one in REFERENCES if "?" in one]
CONDITIONS += [
    "",
    "?",
    "&",
    "=",
    "a",
    "identifier",
    "identifier=",
    f"identifier={THEIRS}|R-1",
    "_count=0",
    "a=b&" * 300,
]
CONDITIONS += [f"identifier={MARK}", "status=planned&status=" + "x" * 3000, "identifier=" + "a," * 150, "_cursor=x"]
ETAGS = ["", "*", "1", '"1"', 'W/"1"', 'W/"0"', "W/1", '"-1"', '"1", "2"', '"99999999999"', "W/", '"a"', MARK, "\ud800"]
URLS = [
    *REFERENCES,
    *("", "/", "ServiceRequest", "/ServiceRequest", "ServiceRequest/", "Encounter", "Task", "Bundle", "metadata"),
    *(f"ServiceRequest/{NOBODY}", "ServiceRequest/1", f"Encounter/{NOBODY}", f"Task/{NOBODY}", "Patient?colour=red"),
    *(f"Patient/{NOBODY}/_history/1", f"Patient/{NOBODY}/_history/x", f"Patient/{NOBODY}/_history/{'9' * 60}"),
    *(
        "Patient?_count=x",
        "Patient?_count=999999999",
        "Patient?_cursor=abc",
        "Patient?_summary=count",
        "Patient?_total=x",
    ),
    *("AuditEvent", "AuditEvent?patient=1", "Patient/$everything", f"Patient/{NOBODY}/$everything", "$process-message"),
    *(f"https://elsewhere.example/fhir/Patient/{NOBODY}", "https://elsewhere.example/", "//elsewhere.example/Patient"),
    *("Patient/../Encounter", "Patient/%2e%2e", "Patient?_include=*", "Patient?_elements=name", "Provenance?target=a"),
    *(
        "Encounter?identifier=|",
        "ServiceRequest?identifier=|S-1",
        "Observation?value-quantity=1e400",
        MARK,
        f"{MARK}/1",
    ),
    *("Subscription", "Subscription/1", "Binary", "Binary/1", "a" * 3000, "Patient?name=\x00", "Patient?family=\ud800"),
]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get", "post", "TRACE", "", MARK]
TYPES = [
    "Patient",
    "Bundle",
    "Parameters",
    "Binary",
    "ServiceRequest",
    "Encounter",
    "Task",
    "Subscription",
    "OperationOutcome",
]
TYPES += ["Nothing", MARK, "", "patient", "Resource", "DomainResource"]
CODES = [
    "active",
    "draft",
    "revoked",
    "planned",
    "in-progress",
    "finished",
    "cancelled",
    "entered-in-error",
    "accepted",
]
CODES += [
    "rejected",
    "completed",
    "requested",
    "order",
    "referral",
    "validation",
    "stat",
    "routine",
    "IMP",
    "AMB",
    "new",
]
CODES += [
    "update",
    "delete",
    "batch",
    "transaction",
    "message",
    "collection",
    "history",
    MARK,
    "off",
    "01",
    "rest-hook",
]
SYSTEMS = [NHS_NUMBER, DOS_SERVICE, THEIRS, "https://heatshield.uk/Id/team", "https://heatshield.uk/Id/referral", ""]
VALUES = [OURS, NOBODY, "9990000204", "9990000203", "999 000 0204", "R-1", MARK, "", "a" * 2500, "|", "a|b", "\x1f"]
PATHS = [
    "",
    "/",
    "/-",
    "/status",
    "/id",
    "/meta",
    "/contained/0",
    "/contained/-",
    "/contained/99",
    "/identifier/0/value",
]
PATHS += ["/priority/0", "/~", "/~2", "/a~1b", "/subject/reference/x", "status", "/resourceType", f"/{MARK}", "/note/-"]
# By the name of what they are put in place of.
OF_A_NAME: dict[str, list[Any]] = {
    **dict.fromkeys(("reference", "fullUrl"), REFERENCES),
    **dict.fromkeys(("url",), URLS),
    **dict.fromkeys(("ifMatch", "versionId"), ETAGS),
    **dict.fromkeys(("ifNoneExist", "criteria"), [*CONDITIONS, *REFERENCES]),
    **dict.fromkeys(("method",), METHODS),
    **dict.fromkeys(("resourceType",), TYPES),
    **dict.fromkeys(("status", "intent", "code", "priority", "type", "use", "gender"), CODES),
    **dict.fromkeys(("system",), SYSTEMS),
    **dict.fromkeys(("value", "endpoint", "name"), [*VALUES, *REFERENCES, *(f"@@{one}@@" for one in RAW)]),
    **dict.fromkeys(("start", "end", "birthDate", "lastUpdated", "authoredOn", "timestamp"), TIMES),
    **dict.fromkeys(("op",), ["add", "remove", "replace", "test", "move", "copy", "", None, MARK, []]),
    **dict.fromkeys(("path", "from"), PATHS),
    **dict.fromkeys(("data",), ["", "W10=", "W10", "bnVsbA==", "////", "eyJhIjoxfQ==", "Ww==", MARK, "=" * 4000]),
}
_CIRCLE = [
    {"resourceType": "Organization", "id": "a", "name": MARK, "partOf": {"reference": "#b"}},
    {"resourceType": "Organization", "id": "b", "name": MARK, "partOf": {"reference": "#a"}},
]
_PERSON = {"resourceType": "Patient", "id": "person", "name": [{"family": MARK}]}
_MANY = [{"resourceType": "Organization", "id": f"o{number}", "name": "x"} for number in range(120)]
_EXTENSION = {"url": "http://x", "valueDecimal": "@@1.50@@"}
ODD: list[Any] = [
    *TEXTS,
    *(True, False, 0, -1, 2**31, 2**53 + 1, -(2**63), 1.5, -0.0, [], {}, [[]], [{}], [None], [None, {}], {"": ""}),
    *({MARK: MARK}, {"resourceType": MARK}, {"extension": [_EXTENSION]}, {"coding": [{"code": MARK}]}, _CIRCLE, _MANY),
    *({"reference": NAME}, {"reference": "#person"}, {"value": 1, "unit": MARK}, {"start": "0001-01-01"}, _PERSON),
    *(_deep(8), _deep(40), [MARK] * 300, {f"k{number}": MARK for number in range(300)}),
]
ADDED: list[tuple[str, Any]] = [
    *(
        ("contained", one)
        for one in (_CIRCLE, _MANY, [_PERSON], [_PERSON, _PERSON], [{**_PERSON, "contained": [_PERSON]}])
    ),
    *(("extension", one) for one in ([_EXTENSION], [{}], [{"url": "http://x"}], [{"url": MARK, "valueString": MARK}])),
    *(
        ("modifierExtension", [_EXTENSION]),
        ("implicitRules", "http://x"),
        ("language", MARK),
        ("fhir_comments", [MARK]),
    ),
    *(("id", one) for one in (NOBODY, "1", "a b", "", MARK, "a" * 65, NAME)),
    *(
        ("meta", one)
        for one in ({"versionId": "7"}, {"profile": [MARK]}, {"security": [{}]}, {"tag": [{"code": MARK}]})
    ),
    *(("text", one) for one in ({"status": "generated", "div": f"<div>{MARK}</div>"}, {"status": "generated"})),
    *(
        ("text", {"status": "generated", "div": f"<div xmlns='http://www.w3.org/1999/xhtml'>{one}</div>"})
        for one in TEXTS
    ),
    *(("_status", one) for one in ({"extension": [_EXTENSION]}, {"id": "a"}, None, [None], MARK)),
    *(("length", one) for one in ({"value": "@@1.50@@", "code": "h"}, {"value": "@@1e-300@@"}, {"unit": MARK}, {})),
    *(("note", one) for one in ([{"text": MARK}], [{"text": "\x01"}], [{}], [{"text": "A" * 100_000}])),
    *(("period", one) for one in ({"start": "9999-12-31T23:59:59-12:00"}, {"end": "0001-01-01T00:00:00+14:00"}, {})),
    *(("subject", one) for one in ({"reference": NAME}, {"identifier": {"system": NHS_NUMBER, "value": MARK}}, {})),
    *(("basedOn", [{"reference": one}]) for one in REFERENCES),
    *(("ifNoneExist", one) for one in CONDITIONS),
    *(("ifMatch", one) for one in ETAGS),
    *(("fullUrl", one) for one in (NAME, "", MARK, "http://x/Patient/1")),
    *(
        ("link", [{"relation": "next", "url": MARK}]),
        ("total", -1),
        ("signature", {"data": "!"}),
        (MARK, MARK),
        ("", 1),
    ),
    *(("authoredOn", one) for one in TIMES),
    *(("occurrencePeriod", {"end": one}) for one in TIMES),
    *(
        ("owner", {"reference": NAME}),
        ("replaces", [{"reference": NAME}]),
        ("doNotPerform", True),
        ("quantityQuantity", {}),
    ),
]
