"""Every request leaves one row in the audit trail: who, what, whose, what for and how it ended."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from demo.servers.postgres import EmbeddedPostgres
from tests.caseload.story import OnCaseload, a_contact, a_plan, a_referral, an_assessment, new_id, take_on
from tests.common.audited import newest, trail
from tests.running import DEPUTY, NURSE, STRANGER, TEAM, Running

CANARY = "Zzcanary"


@pytest.fixture
async def client(caseload: Running) -> OnCaseload:
    return await take_on(caseload)


async def last(caseload: Running) -> Any:
    return await newest(caseload.databases["caseload"])


async def count(caseload: Running) -> int:
    return len(await trail(caseload.databases["caseload"]))


async def since(caseload: Running, before: int) -> Sequence[Any]:
    return (await trail(caseload.databases["caseload"]))[before:]


async def test_a_read_is_put_on_record(caseload: Running, client: OnCaseload) -> None:
    request_id, trace = str(uuid7()), "0af7651916cd43dd8448eb211c80319c"
    headers = {
        "x-request-id": request_id,
        "traceparent": f"00-{trace}-b7ad6b7169203331-01",
        "x-forwarded-for": "192.0.2.7",
    }
    before = await count(caseload)
    assert (await client.nurse.get(f"/v1/clients/{client.client_id}", headers=headers)).status_code == 200
    (row,) = await since(caseload, before)
    assert (row.subject, row.persona, row.acting_for) == (str(NURSE), "nurse", None)
    assert row.issuer == caseload.apps["caseload"].state.settings.issuer
    assert (row.action, row.operation) == ("R", "GET /v1/clients/{client_id}")
    assert (row.entity_type, row.entity_id) == ("client", UUID(client.client_id))
    assert (row.client_ids, row.team) == ([UUID(client.client_id)], TEAM)
    assert (row.purpose, row.outcome, row.reason_code) == ("TREAT", 0, None)
    assert (row.request_id, row.trace_id, row.source_address) == (UUID(request_id), trace, "192.0.2.7")
    assert row.fields is None


async def test_an_address_that_is_none_is_not_kept(caseload: Running, client: OnCaseload) -> None:
    await client.nurse.get("/v1/clients", headers={"x-forwarded-for": f"{CANARY}, 192.0.2.7"})
    assert (await last(caseload)).source_address is None


async def test_what_is_made_is_put_on_record_with_the_names_of_its_fields(
    caseload: Running, client: OnCaseload
) -> None:
    contact = a_contact(client.episode_id)
    await client.post("/v1/care-contacts", contact)
    row = await last(caseload)
    assert (row.action, row.operation) == ("C", "POST /v1/care-contacts")
    assert (row.entity_type, row.entity_id) == ("care_contact", UUID(contact["id"]))
    assert row.client_ids == [UUID(client.client_id)]
    assert row.fields == sorted(contact)


async def test_taking_a_person_on_concerns_the_client_they_become(caseload: Running) -> None:
    client = await take_on(caseload)
    row = await last(caseload)
    assert row.operation == "POST /v1/referrals/{referral_id}/accept"
    assert (row.entity_type, row.entity_id) == ("referral", UUID(client.referral_id))
    assert row.client_ids == [UUID(client.client_id)]


async def test_a_change_is_put_on_record(caseload: Running, client: OnCaseload) -> None:
    plan = a_plan(client.episode_id)
    made = await client.nurse.post("/v1/care-plans", json=plan)
    line = plan["lines"][0]["id"]
    body = {"words": "Compression, three layers"}
    path = f"/v1/care-plans/{plan['id']}/lines/{line}"
    changed = await client.nurse.put(path, json=body, headers={"If-Match": f'"{made.json()["version"]}"'})
    assert changed.status_code == 200, changed.text
    row = await last(caseload)
    assert (row.action, row.entity_type, row.entity_id) == ("U", "line", UUID(line))
    assert (row.client_ids, row.fields) == ([UUID(client.client_id)], ["words"])


async def test_a_list_names_every_client_given_and_no_other(caseload: Running) -> None:
    clients = [(await take_on(caseload, nhs_number=None)).client_id for _ in range(3)]
    nurse = await caseload.nurse("caseload")
    page = (await nurse.get("/v1/clients", params={"limit": 2})).json()
    given = sorted(UUID(item["id"]) for item in page["items"])
    row = await last(caseload)
    assert (row.action, row.entity_type, row.entity_id) == ("R", "client", None)
    assert (row.client_ids, row.fields) == (given, ["limit"])
    await nurse.get("/v1/clients", params={"limit": 2, "cursor": page["next_cursor"]})
    (rest,) = (await last(caseload)).client_ids
    assert {*given, rest} == {UUID(one) for one in clients}


async def test_a_search_names_whom_it_gave_and_never_what_was_looked_for(caseload: Running, client: OnCaseload) -> None:
    assert (await client.nurse.post("/v1/clients/_search", json={"nhs_number": "9990000204"})).status_code == 200
    row = await last(caseload)
    assert (row.action, row.operation) == ("E", "POST /v1/clients/_search")
    assert (row.entity_type, row.client_ids, row.fields) == ("client", [UUID(client.client_id)], ["nhs_number"])


async def test_figures_that_name_clients_say_so(caseload: Running, client: OnCaseload) -> None:
    await client.post("/v1/care-contacts", a_contact(client.episode_id))
    period = {"team_id": str(TEAM), "from_on": "2026-11-01", "to_on": "2026-11-30"}
    assert (await client.nurse.get("/v1/review-figures", params=period)).status_code == 200
    assert (await last(caseload)).client_ids == [UUID(client.client_id)]


async def test_a_service_that_asks_is_put_on_record_too(caseload: Running, client: OnCaseload) -> None:
    sister = await caseload.client("caseload", "svc:interop", "service")
    assert (await sister.get(f"/v1/clients/{client.client_id}")).status_code == 200
    row = await last(caseload)
    assert (row.subject, row.persona, row.client_ids) == ("svc:interop", "service", [UUID(client.client_id)])


async def test_what_is_hidden_is_refused_on_record(caseload: Running, client: OnCaseload) -> None:
    stranger = await caseload.client("caseload", STRANGER)
    assert (await stranger.get(f"/v1/clients/{client.client_id}")).status_code == 404
    row = await last(caseload)
    assert (row.subject, row.outcome, row.reason_code) == (str(STRANGER), 8, "not_found")
    assert (row.entity_id, row.client_ids) == (UUID(client.client_id), None)


async def test_a_role_that_may_not_is_refused_on_record(caseload: Running, client: OnCaseload) -> None:
    coach = await caseload.client("caseload", STRANGER, "coach")
    assert (await coach.get(f"/v1/clients/{client.client_id}")).status_code == 403
    row = await last(caseload)
    assert (row.persona, row.outcome, row.reason_code, row.purpose) == ("coach", 8, "forbidden", "HOPERAT")


async def test_what_breaks_a_rule_is_refused_on_record(caseload: Running, client: OnCaseload) -> None:
    path = f"/v1/referrals/{client.referral_id}/not-take"
    answer = await client.nurse.post(path, json={"reason": "out_of_area", "signpost": "The next team"})
    row = await last(caseload)
    assert (answer.status_code, row.reason_code, row.outcome) == (409, answer.json()["code"], 4)
    assert row.client_ids == [UUID(client.client_id)]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"id": "' + CANARY.encode() + b'"}', "validation_failed"),
        (b'{"' + CANARY.encode() + b'": 1}', "validation_failed"),
        (b"{", "malformed_json"),
    ],
)
async def test_a_body_that_is_not_understood_is_refused_on_record(caseload: Running, body: bytes, code: str) -> None:
    nurse = await caseload.nurse("caseload")
    answer = await nurse.post("/v1/care-contacts", content=body, headers={"content-type": "application/json"})
    row = await last(caseload)
    assert (answer.json()["code"], row.reason_code, row.outcome, row.entity_id) == (code, code, 4, None)
    assert CANARY not in str(row)


async def test_a_constraint_that_is_broken_at_the_end_is_refused_on_record(
    caseload: Running, client: OnCaseload
) -> None:
    contact = a_contact(client.episode_id)
    await client.post("/v1/care-contacts", contact)
    again = await client.nurse.post("/v1/care-contacts", json=contact)
    row = await last(caseload)
    assert (again.status_code, row.reason_code, row.outcome) == (409, "already_recorded", 4)


async def test_nobody_leaves_no_row(caseload: Running) -> None:
    before = await count(caseload)
    nobody = await caseload.client("caseload", None)
    assert (await nobody.get("/v1/clients")).status_code == 401
    assert await count(caseload) == before


async def test_an_answer_given_again_is_on_record_as_that(caseload: Running) -> None:
    nurse, referral = await caseload.nurse("caseload"), a_referral()
    for expected in (None, "replayed"):
        await nurse.post("/v1/referrals", json=referral, headers={"Idempotency-Key": "one"})
        row = await last(caseload)
        assert (row.reason_code, row.outcome, row.entity_id) == (expected, 0, UUID(referral["id"]))


async def test_what_cannot_be_put_on_record_is_not_done(
    caseload: Running, client: OnCaseload, postgres: EmbeddedPostgres
) -> None:
    url = caseload.databases["caseload"].url
    await alter(postgres, url, "alter table audit_event rename to audit_event_away")
    read = await client.nurse.get(f"/v1/clients/{client.client_id}")
    contact = a_contact(client.episode_id)
    written = await client.nurse.post("/v1/care-contacts", json=contact)
    refused = await client.nurse.get(f"/v1/clients/{new_id()}")
    await alter(postgres, url, "alter table audit_event_away rename to audit_event")
    for answer in (read, written):
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "not_audited", "2")
    assert refused.status_code == 404
    record = (await client.nurse.get(f"/v1/clients/{client.client_id}")).json()
    assert record["care_contact"] == []
    assert [event.type for event in await caseload.published("caseload")].count(
        "caseload.care_contact.recorded.v1"
    ) == 0


async def alter(postgres: EmbeddedPostgres, url: str, statement: str) -> None:
    admin = await postgres.admin(url.rpartition("/")[2])
    await admin.execute(statement)
    await admin.close()


async def test_a_row_costs_one_statement(caseload: Running, client: OnCaseload, statements: Any) -> None:
    with statements(caseload.databases["caseload"]) as seen:
        await client.nurse.get(f"/v1/clients/{client.client_id}")
    assert len([one for one in seen if "audit" in one]) == 1


async def test_no_column_holds_anything_personal(caseload: Running, client: OnCaseload) -> None:
    """Everything that was written by a person, and every number of theirs, is looked for in every column."""
    assessment, contact = an_assessment(client.episode_id), a_contact(client.episode_id)
    await client.post("/v1/assessments", assessment)
    await client.post("/v1/care-contacts", contact)
    await client.post("/v1/clients/_search", {"nhs_number": "999 000 0204"})
    await client.nurse.get("/v1/clients", params={"cursor": CANARY})
    await client.nurse.get(f"/v1/clients/{CANARY}")
    await client.nurse.get("/v1/omaha/problems", params={"q": CANARY})
    await client.nurse.post("/v1/referrals", json=a_referral(reason=CANARY, source=CANARY))
    await client.nurse.get(f"/v1/clients/{client.client_id}")
    written = json.dumps([row._asdict() for row in await trail(caseload.databases["caseload"])], default=str)
    referral = a_referral()
    personal = [CANARY, "Maureen", "Tabor", "9990000204", "999 000 0204", "1936-06-06", referral["reason"]]
    personal += [assessment["what_matters"], assessment["home"], contact["note"], "Bleeding"]
    assert [one for one in personal if one in written] == []
    assert str(DEPUTY) not in written
