"""XML says what JSON says, to the last digit, and brings nothing of its own with it."""

from typing import Any
from xml.etree import ElementTree

import orjson
import pytest

from services.interop.domain.inbound import InboundMessage
from services.interop.fhir import structure, xml_in, xml_out
from tests.interop.answers import BASE, resources, stored
from tests.interop.hook import a_subscription
from tests.interop.records import Caseload, a_record
from tests.interop.telling import tell
from tests.interop.validating import REFERENCE
from tests.interop.writes import a_bundle, a_request, an_entry
from tests.running import Running

XML = "application/fhir+xml"
HEAD = b'<Patient xmlns="http://hl7.org/fhir">'
# One of everything that XML writes in another way: attributes, narratives, numbers, truths, and what has no value.
RICH = """{"resourceType": "Observation", "id": "a",
 "contained": [{"resourceType": "Patient", "id": "p", "active": true,
 "name": [{"given": ["x", "y"], "_given": [null, {"id": "g"}]}, {"_given": [{"id": "h"}]}], "multipleBirthInteger": 3,
 "_birthDate": {"extension": [{"url": "http://u", "valueDecimal": 3.20}]}}], "status": "final",
 "text": {"status": "generated",
  "div": "<div xmlns=\\"http://www.w3.org/1999/xhtml\\">a &amp; b<br/> <p class=\\"c\\">z</p></div>"},
 "code": {"coding": [{"system": "s", "code": "1", "_code": {"id": "a"}}], "text": "x\\ny <&> \\"q\\" 'r' é"},
 "valueQuantity": {"value": 72.50, "unit": "kg"}}"""


def test_there_and_back_is_the_same() -> None:
    written = xml_out.from_json(RICH)
    assert b'<value value="72.50"/>' in written
    assert b'<div xmlns="http://www.w3.org/1999/xhtml">a &amp; b<br/> <p class="c">z</p></div>' in written
    back = xml_in.to_json(written).decode()
    assert structure.in_order(back) == structure.in_order(RICH)
    names = [one.tag.rpartition("}")[2] for one in ElementTree.fromstring(written)]
    assert names == ["id", "text", "contained", "status", "code", "valueQuantity"]


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the published examples are not here: see HEATSHIELD_REFERENCE")
def test_every_sound_example_of_uk_core_goes_there_and_back() -> None:
    documents = [path.read_text("utf-8") for path in (REFERENCE / "ukcore" / "examples").glob("*.json")]
    sound = [document for document in documents if not structure.faults(document)]
    assert len(sound) > 60
    for document in sound:
        back = xml_in.to_json(xml_out.from_json(document)).decode()
        assert structure.in_order(back) == structure.in_order(document)


def narrated(div: str) -> bytes:
    """What XML says, and can be read again."""
    patient = {"resourceType": "Patient", "text": {"status": "generated", "div": div}}
    written = xml_out.from_json(orjson.dumps(patient).decode())
    assert not structure.faults(xml_in.to_json(written).decode())
    return written


def test_a_narrative_that_is_no_xhtml_is_written_as_words() -> None:
    assert b"&lt;div&gt;a&lt;br&gt;b&lt;/div&gt;</div>" in narrated("<div>a<br>b</div>")
    assert b"&lt;p xmlns=" in narrated('<p xmlns="http://www.w3.org/1999/xhtml">a</p>')
    assert b"&lt;other/&gt;" in narrated('<div xmlns="http://www.w3.org/1999/xhtml"><x xmlns="urn:x"/></div><other/>')
    assert b"&lt;x xmlns=" in narrated('<div xmlns="http://www.w3.org/1999/xhtml"><x xmlns="urn:x"/></div>')
    assert b"&lt;?xml version" in narrated('<?xml version="1.0"?><div xmlns="http://www.w3.org/1999/xhtml">a</div>')


def test_a_narrative_without_its_namespace_is_written_with_it() -> None:
    """JSON does not miss it; in XML it would be an element of FHIR, and nobody could read the resource."""
    assert b'<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">a<b>c</b></div>' in narrated(
        "<div>a<b>c</b></div>"
    )


@pytest.mark.parametrize(
    "raw",
    [
        b'<!DOCTYPE Patient [<!ENTITY a "b">]>' + HEAD + b'<id value="&a;"/></Patient>',
        b'<!DOCTYPE Patient SYSTEM "http://127.0.0.1/x">' + HEAD + b"</Patient>",
        HEAD + b"&nbsp;</Patient>",
        HEAD + b"words</Patient>",
        HEAD + b'<x xmlns="urn:other" value="1"/></Patient>',
        HEAD + b"<name>" * 100 + b"</name>" * 100 + b"</Patient>",
        HEAD + b"<name/>" * 60_000 + b"</Patient>",
        b"<Patient/>",
        b"<Patient",
        b"",
        b"\xff\xfe",
        b'<?xml version="1.0" encoding="nonsense"?>' + HEAD + b"</Patient>",
    ],
)
async def test_what_cannot_be_read_is_refused(trust: Any, raw: bytes) -> None:
    answer = await trust.post(f"{BASE}/Patient/$validate", content=raw, headers={"Content-Type": XML})
    assert answer.status_code == 400, answer.text
    assert "without a document type" in answer.json()["issue"][0]["details"]["text"] or not raw


async def test_what_is_read_in_xml_says_the_same(interop: Running, caseload: Caseload, trust: Any) -> None:
    client_id = await tell(interop, caseload, a_record())
    for path in (f"Patient/{client_id}", "Observation?_count=2", f"Patient/{client_id}/_history", "metadata"):
        plain = await trust.get(f"{BASE}/{path}")
        marked = await trust.get(f"{BASE}/{path}", headers={"Accept": f"application/fhir+json;q=0.5, {XML}"})
        assert marked.headers["content-type"] == XML
        assert marked.headers.get("etag") == plain.headers.get("etag")
        back = xml_in.to_json(marked.content).decode()
        assert structure.in_order(back) == structure.in_order(plain.text), path
    assert (await trust.get(f"{BASE}/metadata", headers={"Accept": "*/*"})).headers["content-type"] != XML


async def test_format_counts_before_accept_and_leads_on(interop: Running, caseload: Caseload, trust: Any) -> None:
    await tell(interop, caseload, a_record())
    for named in ("xml", "application/fhir%2Bxml", "application/fhir+xml", "text/xml"):
        page = await trust.get(f"{BASE}/Observation?_count=1&_format={named}", headers={"Accept": "application/json"})
        assert page.headers["content-type"] == XML, named
    root = ElementTree.fromstring(page.content)
    links = [one.get("value", "") for one in root.iter("{http://hl7.org/fhir}url")]
    following = next(link for link in links if "_cursor=" in link).removeprefix("http://interop:8000")
    assert "_format=xml" in following
    assert (await trust.get(following)).headers["content-type"] == XML
    asked = await trust.get(f"{BASE}/Observation?_format=json", headers={"Accept": XML})
    assert len(resources(asked)) > 1


async def test_a_refusal_is_told_in_xml_too(trust: Any) -> None:
    answer = await trust.get(f"{BASE}/Patient/x", headers={"Accept": XML})
    assert (answer.status_code, answer.headers["content-type"]) == (404, XML)
    assert b'<code value="not-found"/>' in answer.content


async def test_what_comes_in_xml_is_judged_and_taken_as_in_json(interop: Running, trust: Any) -> None:
    faulty = HEAD + b'<birthDate value="1938-13-01"/><name><family value="A"/></name></Patient>'
    answer = await trust.post(f"{BASE}/Patient/$validate", content=faulty, headers={"Content-Type": XML})
    assert [issue["expression"] for issue in answer.json()["issue"]] == [["Patient.birthDate"]]
    written = xml_out.from_json(orjson.dumps(a_subscription()).decode())
    made = await trust.post(f"{BASE}/Subscription", content=written, headers={"Content-Type": XML})
    assert made.status_code == 201, made.text


async def test_each_write_is_taken_in_xml_and_answered_in_it(interop: Running, bars: Any) -> None:
    both = {"Content-Type": XML, "Accept": XML}
    sent = xml_out.from_json(orjson.dumps(a_request()).decode())
    made = await bars.post(f"{BASE}/ServiceRequest", content=sent, headers=both)
    assert (made.status_code, made.headers["content-type"]) == (201, XML), made.text
    assert {one.raw for one in await stored(interop, InboundMessage)} == {sent}, "kept as it came"
    read = orjson.loads(xml_in.to_json(made.content))
    changed = xml_out.from_json(orjson.dumps(read | {"priority": "stat"}).decode())
    path = f"{BASE}/ServiceRequest/{read['id']}"
    assert (await bars.put(path, content=changed, headers=both)).status_code == 200
    assert (await bars.get(path)).json()["priority"] == "stat"
    bundle = xml_out.from_json(orjson.dumps(a_bundle(an_entry(a_request("R-2")))).decode())
    answer = await bars.post(BASE, content=bundle, headers=both)
    assert b'<status value="201 Created"/>' in answer.content, answer.text
    faulty = sent.replace(b'<priority value="urgent"/>', b'<priority value="soon"/>')
    refused = await bars.post(f"{BASE}/ServiceRequest", content=faulty, headers=both)
    assert (refused.status_code, refused.headers["content-type"]) == (422, XML)
    assert b'<expression value="ServiceRequest.priority"/>' in refused.content
    assert (await bars.patch(path, content=changed, headers=both)).status_code == 415
