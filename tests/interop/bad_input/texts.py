"""What may be wrong with a document as text: as JSON, and as XML, which is written here as plainly as can be."""

import re
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import quoteattr

from tests.interop.bad_input.oddities import MARK, pick

FHIR, XHTML = "http://hl7.org/fhir", "http://www.w3.org/1999/xhtml"
MEMBER = re.compile(r'"([A-Za-z_]+)": ')
A_NAME = re.compile(r"[A-Za-z_][\w.-]*")
TAG = re.compile(r"<([A-Za-z_]\w*)")
LAUGHS = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
DEEP = 100_000
# What stands before a document.
DOCTYPES = [
    "<!DOCTYPE a>",
    f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]>',
    '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd">',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p"> %p;]>',
    f'<!DOCTYPE a [<!ATTLIST status value CDATA "{MARK}">]>',
    '<?xml version="1.1"?>',
    '<?xml version="1.0" encoding="utf-16"?>',
    '<?xml version="1.0" encoding="utf-7"?>',
    '<?xml version="1.0" encoding="idna"?>',
    '<?xml version="1.0" encoding="cp037"?>',
    '<?xml version="1.0" encoding="windows-1252"?>',
    '<?xml version="1.0" encoding="shift_jis"?>',
    '<?xml-stylesheet href="http://127.0.0.1:1/"?>',
    f"<!-- {MARK} -->",
    "\ufeff",
    "\n\n",
]
# What stands inside.
INSIDE = [
    *("&x;", "&l9;", "&#1;", "&#xD800;", "&#0;", "&#x1F600;", f"<![CDATA[{MARK}]]>", f"<!-- {MARK} -->", f"<?{MARK}?>"),
    *(MARK, "<a", "</b>", "<div>x</div>", f'<div xmlns="{XHTML}"><p>{MARK}<br/></p></div>', '<x xmlns="urn:other"/>'),
    *('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>', "\x01", "\ufffe"),
    *('<f:status xmlns:f="http://hl7.org/fhir" value="active"/>', '<status value="active" value="draft"/>'),
    *('<resourceType value="Patient"/>', "<resourceType><id value='a'/></resourceType>", "<status/>" * 300, "<_id/>"),
    *('<id value="a"><id value="b"/></id>', '<contained><Patient xmlns="http://hl7.org/fhir"/><Patient/></contained>'),
    *("<contained/>", "<contained><a/></contained>", '<valueDecimal value="1e400"/>', '<extension url="a"/>'),
    *("<a>" * 80 + "</a>" * 80, "<a>" * DEEP, '<status xml:lang="en" xmlns:y="urn:y" y:value="z"/>'),
]


def as_xml(document: Any) -> str:
    """Whatever it is, as elements with their values in attributes."""
    name = document.get("resourceType") if isinstance(document, dict) else None
    return _element(_name(name), document, f' xmlns="{FHIR}"')


def _name(text: Any) -> str:
    return text if isinstance(text, str) and A_NAME.fullmatch(text) else "odd"


def _element(name: str, value: Any, more: str = "") -> str:
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if isinstance(value, dict):
        apart = {"resourceType", "url"} if "extension" in name.lower() else {"resourceType"}
        inner = "".join(_member(key, one, value) for key, one in value.items() if key not in apart)
        url = f" url={quoteattr(str(value['url']))}" if "url" in apart & value.keys() else ""
        return f"<{name}{more}{url}>{inner}</{name}>"
    said = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{name}{more} value={quoteattr(said.replace('@@', ''))}/>"


def _member(name: str, value: Any, beside: dict[str, Any]) -> str:
    """What a primitive has of its own stands within it."""
    if name == "div" and isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(_member(name, one, {}) for one in value)
    own = beside.get(f"_{name}")
    if isinstance(own, dict) and isinstance(value, str):
        return _element(_name(name), own).replace(">", f" value={quoteattr(value)}>", 1)
    if name.startswith("_") and isinstance(beside.get(name[1:]), str):
        return ""
    if isinstance(value, dict) and isinstance(value.get("resourceType"), str):
        return f"<{_name(name)}>{_element(_name(value['resourceType']), value)}</{_name(name)}>"
    return _element(_name(name.removeprefix("_")), value)


def _again(text: str, place: int, odd: int) -> str:
    """A member comes twice."""
    found = list(MEMBER.finditer(text))
    if not found:
        return text
    one = pick(found, place)
    value = pick(["null", "1", '"x"', "{}", f'"{MARK}"'], odd)
    return f'{text[: one.start()]}"{one[1]}": {value}, {text[one.start() :]}'


def _in_place(text: str, place: int, odd: int) -> str:
    """Something that is no JSON in place of a member's beginning."""
    found = list(MEMBER.finditer(text))
    odds = [
        "[" * DEEP,
        '{"a":' * DEEP,
        "[" * 200 + "]" * 200,
        "/* x */",
        "'x'",
        "\x00",
        "\ud800",
        ",",
        '"\t"',
        f"{MARK}",
    ]
    at = pick(found, place).end() if found else 0
    return text[:at] + pick(odds, odd) + text[at:]


def _cut(text: str, place: int, odd: int) -> str:
    return text[: place % (len(text) + 1)]


def _around(text: str, place: int, odd: int) -> str:
    befores = [
        ("", text),
        ("\ufeff", ""),
        ("[", "]"),
        ("", "\n\n"),
        ("", "x"),
        ("", "\x00"),
        (" " * 5000, ""),
        ("{", "}"),
    ]
    before, after = pick(befores, odd)
    return before + text + after


def _before(text: str, place: int, odd: int) -> str:
    return pick(DOCTYPES, odd) + text


def _inside(text: str, place: int, odd: int) -> str:
    ends = [one.end() for one in re.finditer(">", text)]
    at = pick(ends, place) if ends else 0
    return text[:at] + pick(INSIDE, odd) + text[at:]


def _in_attribute(text: str, place: int, odd: int) -> str:
    found = [one.end() for one in re.finditer('value="', text)]
    at = pick(found, place) if found else 0
    return text[:at] + pick([*INSIDE[:6], "<", "\x1f"], odd) + text[at:]


def _namespace(text: str, place: int, odd: int) -> str:
    return text.replace(f' xmlns="{FHIR}"', pick(["", ' xmlns="urn:other"', f' xmlns="{XHTML}"'], odd), 1)


def _renamed(text: str, place: int, odd: int) -> str:
    """One beginning has another name than its end."""
    found = list(TAG.finditer(text))
    at = pick(found, place).start() if found else 0
    return text[:at] + TAG.sub(f"<{MARK}", text[at:], count=1)


Changing = Callable[[str, int, int], str]
IN_JSON: dict[str, Changing] = {"again": _again, "in place": _in_place, "cut": _cut, "around": _around}
IN_XML: dict[str, Changing] = {
    "before": _before,
    "inside": _inside,
    "attribute": _in_attribute,
    "namespace": _namespace,
    "renamed": _renamed,
    "cut": _cut,
    "around": _around,
}
# Most senders use the first.
CODECS = ["utf-8"] * 12 + ["utf-16", "utf-32", "latin-1", "utf-7", "utf-8-sig"]


def encoded(text: str, codec: str) -> bytes:
    """Halves of letters stay as they are, and what the encoding has no place for becomes a question mark."""
    return text.encode(codec, "surrogatepass" if codec.startswith("utf") and codec != "utf-7" else "replace")
