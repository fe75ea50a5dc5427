"""Whatever is sent, the answer names the field and the way out, and nothing is stored or echoed."""

from typing import Any

import pytest

from services.common.auth import SYSTEM
from tests.caseload.story import a_contact, a_plan, a_problem, a_referral, an_assessment, new_id, take_on
from tests.running import NURSE, TEAM, Running

NAME = "Zzcanary"


def person(**changes: Any) -> dict[str, Any]:
    return a_referral()["person"] | {"given_name": NAME} | changes


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"person": person(nhs_number="999 000 0027")}, "/body/person/nhs_number"),
        ({"person": person(nhs_number="99900002")}, "/body/person/nhs_number"),
        ({"person": person(birth_on="1936-02-30")}, "/body/person/birth_on"),
        ({"person": person(birth_on=0)}, "/body/person/birth_on"),
        ({"person": person(birth_on="0001-01-01")}, "/body/person/birth_on"),
        ({"person": person(birth_on="2199-01-01")}, "/body/person/birth_on"),
        ({"person": person(family_name="")}, "/body/person/family_name"),
        ({"person": person(family_name="a\nb")}, "/body/person/family_name"),
        ({"person": person(postcode="nowhere")}, "/body/person/postcode"),
        ({"source": "horoscope"}, "/body/source"),
        ({"urgency": None}, "/body/urgency"),
        ({"received_at": "2026-11-02T09:00:00"}, "/body/received_at"),
        ({"received_at": "2026-11-02"}, "/body/received_at"),
        ({"received_at": 1}, "/body/received_at"),
        ({"received_at": "9999-12-31T23:59:59-12:00"}, "/body/received_at"),
        ({"received_at": "2199-01-01T00:00:00Z"}, "/body/received_at"),
        ({"id": "7"}, "/body/id"),
        ({"id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301"}, "/body/id"),
        ({"reason": "x" * 4001}, "/body/reason"),
        ({"health_need": "perhaps"}, "/body/health_need"),
        ({"version": 7}, "/body/version"),
        ({"status": "accepted"}, "/body/status"),
    ],
)
async def test_a_wrong_field_is_named_and_the_input_is_not_echoed(
    caseload: Running, change: dict[str, Any], pointer: str
) -> None:
    nurse = await caseload.nurse("caseload")
    answer = await nurse.post("/v1/referrals", json=a_referral(person=person()) | change)
    assert answer.status_code == 422, answer.text
    assert pointer in {error["pointer"] for error in answer.json()["errors"]}
    assert all(error["way_out"] for error in answer.json()["errors"])
    assert NAME not in answer.text
    assert (await nurse.get("/v1/referrals")).json()["items"] == []


DEEP = b'{"a":' * 40 + b"1" + b"}" * 40


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"no json", 400, "malformed_json"),
        (b'{"id": NaN}', 400, "malformed_json"),
        (b'{"id": 1, "id": 2}', 400, "malformed_json"),
        (DEEP, 400, "malformed_json"),
        (b'{"a":' * 100_000, 400, "malformed_json"),
        ('{"reason": "é"}'.encode("utf-16"), 400, "malformed_json"),
        (b'{"reason": "\\u0000"}', 422, "unstorable_value"),
        (b'{"reason": "\\ud800"}', 422, "unstorable_value"),
        (b'{"reason": 1e400}', 422, "unstorable_value"),
        (b'{"reason": 99999999999999999999}', 422, "unstorable_value"),
        (b'{"reason": "' + b"x" * 1_100_000 + b'"}', 413, "too_large"),
        (b"[]", 422, "validation_failed"),
        (b"", 422, "validation_failed"),
    ],
)
async def test_a_body_that_cannot_be_kept_is_refused(caseload: Running, body: bytes, status: int, code: str) -> None:
    nurse = await caseload.nurse("caseload")
    answer = await nurse.post("/v1/referrals", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["errors"][0]["way_out"]


async def test_a_body_of_another_kind_is_refused_without_an_echo(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    answer = await nurse.post("/v1/referrals", content=NAME.encode(), headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert NAME not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/v1/clients?limit=0",
        "/v1/clients?limit=101",
        "/v1/clients?limit=9223372036854775808",
        "/v1/clients?team_id=7",
        "/v1/clients?limit=1_0",
        "/v1/clients?limit=%2B1",
        "/v1/clients?limit=1.0",
        "/v1/referrals?status=lost",
        "/v1/referrals/1.0",
        "/v1/outcomes",
        "/v1/review-figures?team_id=x&from_on=y&to_on=z",
        "/v1/omaha/problems?q=" + "x" * 61,
    ],
)
async def test_a_wrong_query_is_a_422_that_names_it(caseload: Running, path: str) -> None:
    nurse = await caseload.nurse("caseload")
    answer = await nurse.get(path)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"].startswith(("/query/", "/path/"))


async def test_an_unknown_path_and_a_wrong_method_are_problems_too(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    missing, wrong = await nurse.get("/v1/nothing"), await nurse.delete("/v1/clients")
    assert (missing.status_code, wrong.status_code) == (404, 405)
    assert {answer.headers["content-type"] for answer in (missing, wrong)} == {"application/problem+json"}
    assert wrong.headers["allow"] == "GET"


async def test_two_authorization_headers_are_refused(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    token = nurse.headers["authorization"]
    answer = await nurse.get("/v1/clients", headers=[("Authorization", token), ("Authorization", token)])
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"problems": [a_problem("05")]}, "/body/problems/0/code"),
        ({"problems": [a_problem("26", ("07.01",))]}, "/body/problems/0"),
        ({"problems": [a_problem() | {"type": "potential"}]}, "/body/problems/0"),
        ({"problems": [a_problem(scores=(0, 3, 3))]}, "/body/problems/0/rating/knowledge"),
        ({"problems": [a_problem(scores=(3, 6, 3))]}, "/body/problems/0/rating/behavior"),
        ({"problems": [a_problem(), a_problem()]}, "/body/problems"),
        ({"problems": [a_problem() | {"rating": a_problem()["rating"] | {"occasion": "interim"}}]}, "/body/problems/0"),
        ({"assessed_on": "2199-01-01"}, "/body/assessed_on"),
        ({"care_act": {"needs_from_impairment": True, "significant_impact": True, "findings": [{}]}}, "/body/care_act"),
    ],
)
async def test_an_assessment_holds_only_what_omaha_and_the_care_act_know(
    caseload: Running, change: dict[str, Any], pointer: str
) -> None:
    client = await take_on(caseload)
    answer = await client.nurse.post("/v1/assessments", json=an_assessment(client.episode_id) | change)
    assert answer.status_code == 422
    assert any(error["pointer"].startswith(pointer) for error in answer.json()["errors"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"started_at": "2199-01-01T10:00:00Z"}, "validation_failed"),
        ({"segments": []}, "validation_failed"),
        ({"segments": [{"id": new_id(), "activity_type": "nursing", "minutes": 0}]}, "validation_failed"),
        ({"segments": [{"id": new_id(), "activity_type": "nursing", "minutes": True}]}, "validation_failed"),
        ({"segments": [{"id": new_id(), "activity_type": "nursing", "minutes": 900}] * 2}, "validation_failed"),
        ({"interventions": ["09.99"]}, "validation_failed"),
        ({"note_id": None}, "validation_failed"),
    ],
)
async def test_a_contact_that_cannot_have_been_is_refused(caseload: Running, change: dict[str, Any], code: str) -> None:
    client = await take_on(caseload)
    answer = await client.nurse.post("/v1/care-contacts", json=a_contact(client.episode_id) | change)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["way_out"]


async def test_an_unknown_episode_is_not_found(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    for path, body in (("care-contacts", a_contact(new_id())), ("care-plans", a_plan(new_id()))):
        answer = await nurse.post(f"/v1/{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_repeated_key_repeats_the_answer_and_not_the_effect(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    referral, key = a_referral(), {"Idempotency-Key": "k-1"}
    first = await nurse.post("/v1/referrals", json=referral, headers=key)
    second = await nurse.post("/v1/referrals", json=referral, headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert len((await nurse.get("/v1/referrals")).json()["items"]) == 1
    other = await nurse.post("/v1/referrals", json=a_referral(), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    unusable = await nurse.post("/v1/referrals", json=referral, headers={"Idempotency-Key": "x" * 256})
    assert unusable.status_code == 400


async def test_an_answer_is_repeated_only_to_who_may_still_have_it(caseload: Running) -> None:
    nurse, referral, key = await caseload.nurse("caseload"), a_referral(), {"Idempotency-Key": "k-3"}
    assert (await nurse.post("/v1/referrals", json=referral, headers=key)).status_code == 201
    fact = {"team_id": str(TEAM), "employee_id": str(NURSE), "from_on": "2025-01-01", "until_on": "2026-01-01"}
    await caseload.deliver("caseload", "hr.team_membership.changed.v1", fact, version=2)
    coach = await caseload.client("caseload", NURSE, "coach")
    for caller, refusal in ((nurse, (422, "idempotency_key_reused")), (coach, (403, "forbidden"))):
        answer = await caller.post("/v1/referrals", json=referral, headers=key)
        assert (answer.status_code, answer.json()["code"]) == refusal
        assert referral["person"]["given_name"] not in answer.text


async def test_a_search_is_answered_anew_each_time(caseload: Running) -> None:
    client, key = await take_on(caseload), {"Idempotency-Key": "k-4"}
    for _ in range(2):
        found = await client.nurse.post("/v1/clients/_search", json={"nhs_number": "9990000204"}, headers=key)
        assert (found.status_code, found.headers.get("idempotency-replayed")) == (200, None)
    kept = caseload.databases["caseload"].metadata.tables["idempotency_key"]
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        assert await tx.all(kept.select().where(kept.c.key.contains("_search"))) == []


async def test_a_key_whose_request_was_refused_may_be_used_for_the_corrected_one(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    key = {"Idempotency-Key": "k-2"}
    wrong = await nurse.post("/v1/referrals", json=a_referral(received_at="2199-01-01T00:00:00Z"), headers=key)
    assert wrong.status_code == 422
    right = await nurse.post("/v1/referrals", json=a_referral(), headers=key)
    assert right.status_code == 201


async def test_an_id_that_is_taken_is_a_409_that_says_so(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    referral = a_referral()
    await nurse.post("/v1/referrals", json=referral)
    again = await nurse.post("/v1/referrals", json=referral)
    assert (again.status_code, again.json()["code"]) == (409, "already_recorded")
    assert again.json()["errors"][0]["pointer"] == "/body/id"


async def test_a_list_is_walked_page_by_page_without_gaps(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    made = [a_referral() for _ in range(7)]
    for referral in made:
        await nurse.post("/v1/referrals", json=referral)
    seen, cursor = [], ""
    while True:
        page = (await nurse.get(f"/v1/referrals?limit=3{cursor}")).json()
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [referral["id"] for referral in made]
