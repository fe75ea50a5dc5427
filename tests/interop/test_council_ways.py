"""Whatever way leads to a council, it has the same facts, in their order, and its answers come home."""

from typing import Any

import pytest
from fastapi import Response
from fastapi.responses import JSONResponse
from uuid6 import uuid7

from tests.interop.council import (
    SECRET,
    agree,
    change_plan,
    eventually,
    settled,
    start_reablement,
    support,
    take_on,
)
from tests.interop.records import Caseload
from tests.interop.submitting import FIELDS, VIEW, changes, reviewed, standing
from tests.interop.test_reconciliation import figures, reckoned
from tests.interop.ways import Ends, quarantined, register
from tests.running import Running, until

SHARED = ["council_ref", "personal_care_minutes", "last_free_day_on"]
TOLD = [
    {"council_ref": "LAS-40021", "personal_care_minutes": 11},
    {"council_ref": "LAS-40021", "personal_care_minutes": 21},
    {"council_ref": "LAS-40021", "last_free_day_on": "2026-12-27"},
]


@pytest.mark.parametrize("adapter", ["webhook", "ed25519", "fhir_stu3", "folder", "sftp"])
async def test_every_way_brings_the_same_facts_in_their_order_and_the_day_adds_up(
    ends: Ends, caseload: Caseload, adapter: str
) -> None:
    system = ends.system
    made, facts = await ends.by(adapter)
    client_id = await take_on(system, caseload)
    await agree(system, client_id, made["id"], fields=SHARED)
    for minutes in (10, 20):
        await support(system, client_id, minutes)
    await start_reablement(system, client_id)
    sent = await settled(system, "sent", 3)
    assert facts() == TOLD
    if adapter in ("folder", "sftp"):
        assert figures(await reckoned(system)) == (2, 2, 0), "what was left is not yet taken"
        ends.files(made).answers([{"delivery_id": one["id"], "outcome": "acknowledged"} for one in sent])

    async def line() -> Any:
        return await reckoned(system)

    found = await eventually(line, lambda one: one["acknowledged"] == 2)
    assert (figures(found), found["differences"]) == ((2, 2, 2), [])


async def test_a_file_that_is_not_what_its_manifest_says_is_quarantined_and_told_back(
    ends: Ends, caseload: Caseload
) -> None:
    system = ends.system
    (made, _), client_id = await ends.by("folder"), await take_on(system, caseload)
    await agree(system, client_id, made["id"])
    await support(system, client_id)
    (sent,) = await settled(system, "sent")
    files, row = ends.files(made), {"delivery_id": sent["id"], "outcome": "acknowledged"}
    wrong: dict[str, tuple[dict[str, Any], bytes | None]] = {
        "checksum": ({"sha256": "0" * 64}, None),
        "row_count": ({"rows": 2}, None),
        "control_total": ({"control_totals": {"acknowledged": 0, "rejected": 1}}, None),
        "manifest": ({"rows": -1}, None),
        "columns": ({}, b"id,outcome\r\nx,y\r\n"),
        "unreadable": ({}, b"delivery_id,outcome,reason\r\n\xff\xfe,acknowledged,\r\n"),
    }
    for code, (told, raw) in wrong.items():
        name = f"{code}.csv"
        if raw is None:
            files.answers([row], name, **told)
        else:
            files.leaves(raw, [row], name, **told)
        (reject,) = await until(lambda name=name: files.rejects(name))  # type: ignore[misc]
        assert (reject["row"], reject["code"]) == ("0", code), "the file itself"
    assert {one["rejects"][0]["code"] for one in await quarantined(system)} == set(wrong)
    assert (await settled(system, "sent"))[0]["outcome"] is None, "nothing of them was taken"


async def test_each_row_is_taken_or_refused_by_itself_and_a_file_that_comes_again_changes_nothing(
    ends: Ends, caseload: Caseload
) -> None:
    system = ends.system
    (made, _), (other, _), client_id = (
        await ends.by("folder"),
        await ends.by("webhook"),
        await take_on(system, caseload),
    )
    await agree(system, client_id, made["id"])
    await agree(system, client_id, other["id"])
    await support(system, client_id)
    sent = {one["connection_id"]: one["id"] for one in await settled(system, "sent", 2)}
    rows = [
        {"delivery_id": sent[made["id"]], "outcome": "rejected", "reason": "unknown case id"},
        {"delivery_id": sent[other["id"]], "outcome": "acknowledged"},
        {"delivery_id": str(uuid7()), "outcome": "acknowledged"},
        {"delivery_id": "=1+1", "outcome": "acknowledged"},
        {"delivery_id": sent[made["id"]], "outcome": "rejected"},
    ]
    files = ends.files(made)
    for _ in range(2):
        files.answers(rows)
        rejects = await until(files.rejects)
        await until(lambda: not list((files.root / "in").iterdir()))
        found = [(one["row"], one["code"], one["value"]) for one in rejects]
        assert found == [
            ("2", "not_ours", sent[other["id"]]),
            ("3", "not_ours", rows[2]["delivery_id"]),
            ("4", "not_an_id", "'=1+1"),
            ("5", "not_a_verdict", ""),
        ]
    files.answers([{"delivery_id": sent[made["id"]], "outcome": "acknowledged"}], "changed-their-mind.csv")
    (again,) = await until(lambda: files.rejects("changed-their-mind.csv"))
    assert (again["code"], again["message"]) == ("already_answered", "you answered rejected before")
    line = next(one for one in (await lines(system)) if one["connection_id"] == made["id"])
    assert (figures(line), line["differences"][0]["reason"]) == ((1, 1, 0), "unknown case id")


async def lines(system: Running) -> list[dict[str, Any]]:
    ops = await system.client("interop", "ops-1", "ops")
    found: list[dict[str, Any]] = (await ops.get("/v1/reconciliations?day=2026-11-20")).json()["items"]
    return found


async def reviewed_at(ends: Ends, caseload: Caseload, made: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """A change that a social worker has sent to this connection."""
    client_id = await take_on(ends.system, caseload)
    await agree(ends.system, client_id, made["id"], fields=FIELDS)
    change = await change_plan(ends.system, client_id)
    line = {"id": change["line_id"], "intervention": "02.05", "words": "Help to wash, " + "every evening " * 200}
    caseload.seat(client_id, care_act_view=VIEW, social_care_lines=[line])
    guest = await ends.system.client("interop", "gareth@council.example", "social_worker")
    await until(lambda: changes(guest))
    return guest, await reviewed(guest)


async def test_a_fhir_council_rejects_with_its_reason_and_a_page_of_html_is_no_answer(
    ends: Ends, caseload: Caseload
) -> None:
    made, _ = await ends.by("fhir_stu3")
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "diagnostics": "unknown case id"}]}
    ends.facade.answers = [
        Response(status_code=201),
        Response("<html>Sign in</html>", status_code=200, media_type="text/html"),
        Response("<html>Bad request</html>", status_code=400, media_type="text/html"),
        JSONResponse(outcome, 422),
    ]
    guest, submission = await reviewed_at(ends, caseload, made)
    rejected = await standing(guest, submission, "rejected")
    assert (rejected["reason"], rejected["waiting_on"]) == ("unknown case id", "social_worker")
    assert ends.facade.answers == [], "after each page of HTML it was tried again"


async def test_a_fact_whose_taking_was_not_heard_of_is_sent_again_and_made_once(ends: Ends, caseload: Caseload) -> None:
    made, facts = await ends.by("fhir_stu3")
    client_id, ends.facade.lost = await take_on(ends.system, caseload), 1
    await agree(ends.system, client_id, made["id"], fields=SHARED)
    await support(ends.system, client_id, 10)
    await settled(ends.system, "sent")
    assert facts() == TOLD[:1]


async def test_a_portal_is_told_by_hand_in_texts_that_fit_and_the_minutes_are_counted(
    ends: Ends, caseload: Caseload
) -> None:
    made = await register(ends.system, adapter="portal")
    guest, submission = await reviewed_at(ends, caseload, made)
    path = f"/v1/care-plan-changes/{submission['id']}"
    keyed = {"council_reference": "LAS-N-7781"}
    await standing(guest, submission, "sent")
    early = await guest.post(f"{path}/keyed", json=keyed)
    assert (early.status_code, early.json()["code"]) == (409, "not_to_be_keyed")
    opened = await guest.post(f"{path}/pack")
    assert opened.status_code == 200, opened.text
    sections = {one["title"]: one["texts"] for one in (await guest.get(f"{path}/pack")).json()["sections"]}
    words = sections["What changed in the care and support plan"]
    assert len(words) > 1
    assert all(len(text) <= 2000 for text in words)
    assert " ".join(words).split() == ("Help to wash, " + "every evening " * 200).split()
    assert sections["Outcomes that cannot be achieved (SI 2015/313)"] == ["hygiene: only with help"]
    done = await guest.post(f"{path}/keyed", json=keyed)
    assert (done.status_code, done.json()["state"], done.json()["keying_minutes"]) == (200, "acknowledged", 1)
    assert done.json()["keyed_by"] == "gareth@council.example"
    ops = await ends.system.client("interop", "ops-1", "ops")
    week = (await ops.get("/v1/social-care/keying", params={"week_of": done.json()["keyed_at"][:10]})).json()
    assert (week["submissions"], week["minutes"]) == (1, 1)


async def test_what_goes_by_itself_is_not_typed_as_well(ends: Ends, caseload: Caseload) -> None:
    made, _ = await ends.by("folder")
    guest, submission = await reviewed_at(ends, caseload, made)
    await standing(guest, submission, "sent")
    answer = await guest.post(f"/v1/care-plan-changes/{submission['id']}/pack")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_to_be_keyed")


WRONG: list[dict[str, Any]] = [
    {"adapter": "sftp", "url": "sftp://a@127.0.0.1/drop"},
    {"adapter": "sftp", "url": "https://council.example/", "host_key": "ssh-ed25519 " + "A" * 60},
    {"adapter": "sftp", "url": "sftp://a@10.0.0.1/x", "host_key": "ssh-ed25519 " + "A" * 60},
    {"adapter": "folder", "url": "https://council.example/"},
    {"adapter": "portal", "secret": SECRET},
    {"adapter": "fhir_stu3", "url": "https://council.example/"},
    {"adapter": "fhir_stu3", "url": "https://council.example/", "secret": "short"},
    {"adapter": "webhook", "secret": SECRET},
    {"adapter": "webhook", "url": "https://council.example/", "secret": "whsk_c2hvcnQ="},
    {"adapter": "daily_csv"},
    {"adapter": "daily_csv", "refers_as": "brokerage", "url": "https://council.example/"},
    {"adapter": "pigeon"},
]


async def test_a_connection_that_leads_nowhere_is_refused_when_it_is_registered(interop: Running) -> None:
    ops = await interop.client("interop", "ops-1", "ops")
    for about in WRONG:
        answer = await ops.put(f"/v1/connections/{uuid7()}", json={"name": "Cumbria", **about})
        assert answer.status_code == 422, (about, answer.text)
        assert SECRET not in answer.text
    for adapter, more in (("folder", {}), ("sftp", WRONG[2] | {"url": "sftp://a@files.council.example/x"})):
        answer = await ops.put(f"/v1/connections/{uuid7()}", json={"name": "Cumbria", "adapter": adapter, **more})
        assert (answer.status_code, answer.json()["code"]) == (422, "not_set_up"), answer.text
