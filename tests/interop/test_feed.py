"""The feed for integrators: who may follow it, what it tells, once and in order, and nothing about a person."""

import json
from typing import Any
from uuid import uuid4

import pytest
from uuid6 import uuid7

from services.common.auth import SYSTEM
from services.common.broker import Delivery
from services.common.events import Envelope
from services.interop.consumers import ALSO_FED, FED, SUBSCRIPTIONS
from services.interop.main import SERVICE
from tests.interop.following import (
    FEED,
    a_client_known,
    a_visit,
    follow,
    kept,
    read,
    told,
    visits,
)
from tests.interop.records import PERSON, Caseload
from tests.interop.test_consumers import a_fact
from tests.running import NURSE, Running

FED_NAMES = {FED, *ALSO_FED}
# What is heard and is for no partner: who works where, whom the council means-tests, why a named nurse changed.
KEPT_FROM_IT = {
    "hr.team_membership.changed.v1",
    "finance.financial_assessment.asked.v1",
    "caseload.named_nurse.changed.v1",
    "caseload.surgery_share.stopped.v1",
    "caseload.network_person.changed.v1",
    "caseload.nhs_number.changed.v1",
    *(f"caseload.alert.{done}.v1" for done in ("raised", "escalated", "acknowledged")),
    *(f"caseload.handover.{done}.v1" for done in ("sent", "accepted", "declined", "done", "expired", "returned")),
}
NAMES = list(dict.fromkeys(name for one in SUBSCRIPTIONS for name in (one.event_name, *one.also)))


async def test_anonymous_is_refused(interop: Running) -> None:
    nobody = await interop.client("interop", None)
    assert (await nobody.get(FEED)).status_code == 401
    assert (await nobody.get(FEED, params={"after": "latest"})).status_code == 401


@pytest.mark.parametrize(
    "persona",
    [
        "nurse",
        "coach",
        "heatshield",
        "steering",
        "commissioner",
        "hr",
        "finance",
        "ops",
        "service",
        "council",
        "social_worker",
    ],
)
async def test_nobody_else_follows_the_feed(interop: Running, persona: str) -> None:
    somebody = await interop.client("interop", NURSE if persona == "nurse" else str(uuid4()), persona)
    assert (await somebody.get(FEED)).status_code == 403
    assert (await somebody.get(FEED, params={"after": "not-a-cursor", "wait_seconds": 30})).status_code == 403


async def test_an_event_is_a_cloud_event_as_its_owner_told_it(interop: Running, trust: Any) -> None:
    envelope = a_visit(version=3)
    await interop.hand_over("interop", envelope)
    answer = await trust.get(FEED)
    assert answer.headers["content-type"] == "application/json"
    (event,) = answer.json()["items"]
    assert Envelope.model_validate(event) == envelope.model_copy(update={"traceparent": None, "causationid": None})
    assert set(event) == {
        "specversion",
        "id",
        "source",
        "type",
        "subject",
        "time",
        "datacontenttype",
        "aggregateversion",
        "data",
    }


@pytest.mark.parametrize("name", NAMES)
async def test_care_is_told_once_and_staff_never(interop: Running, caseload: Caseload, trust: Any, name: str) -> None:
    envelope = told(name, a_fact(name, *a_client_known(caseload)))
    await interop.hand_over("interop", envelope)
    await interop.hand_over("interop", envelope, envelope)
    items, _ = await follow(trust)
    assert [item["id"] for item in items] == ([] if name in KEPT_FROM_IT else [str(envelope.id)])


def test_what_concerns_the_team_alone_is_kept_from_the_feed() -> None:
    assert {name.split(".")[0] for name in FED_NAMES} == {"caseload", "roster", "finance"}
    assert set(NAMES) - FED_NAMES == KEPT_FROM_IT


async def test_events_come_in_the_order_in_which_they_were_heard(interop: Running, trust: Any) -> None:
    one, other = str(uuid7()), str(uuid7())
    story = [
        [a_visit(1, visit_id=one), a_visit(1, visit_id=other), a_visit(2, visit_id=one, status="cancelled")],
        [a_visit(2, visit_id=other, name="done")],
        [a_visit(3, visit_id=one)],
    ]
    for lot in story:
        await interop.hand_over("interop", *lot)
    items, _ = await follow(trust, limit=2)
    assert [item["id"] for item in items] == [str(envelope.id) for lot in story for envelope in lot]
    for visit_id in (one, other):
        versions = [item["aggregateversion"] for item in items if item["subject"] == f"visit/{visit_id}"]
        assert versions == sorted(versions)


async def test_what_one_publisher_tells_of_a_subject_waits_in_one_queue_so_that_it_comes_in_its_order() -> None:
    """Events of different types would overtake each other in queues of their own."""
    queues = SERVICE.queues()
    assert set(queues["interop.feed"]) == FED_NAMES


async def test_what_interop_cannot_show_yet_is_told_all_the_same(interop: Running, trust: Any) -> None:
    lot = [told("caseload.wound.measured.v1", {"client_id": str(uuid7())}) for _ in range(2)]
    await interop.hand_over("interop", *lot)
    assert [item["id"] for item in (await read(trust))["items"]] == [str(envelope.id) for envelope in lot]


@pytest.mark.parametrize(
    "name", [one.event_name for one in SUBSCRIPTIONS if one.can_be_rebuilt and one.event_name in FED_NAMES]
)
async def test_a_copy_that_is_made_anew_is_no_news(interop: Running, caseload: Caseload, trust: Any, name: str) -> None:
    envelope = told(name, a_fact(name, *a_client_known(caseload)))
    await interop.hand_over("interop", envelope)
    consumer = interop.apps["interop"].state.desk.consumers[f"interop.{name}"]
    again = consumer.read(Delivery(envelope.model_dump_json(exclude_none=True).encode()))
    lot = await consumer.answered([again])
    async with interop.databases["interop"].transaction(SYSTEM, rebuilding=True) as tx:
        await consumer.apply_to(tx, lot)
    assert len((await follow(trust))[0]) == 1


async def test_nothing_about_a_person_is_in_the_feed(interop: Running, caseload: Caseload, trust: Any) -> None:
    """The owners answer with whole records, full of names and words; the feed repeats what the event said alone."""
    fact_about = a_client_known(caseload)
    for name in NAMES:
        await interop.hand_over("interop", told(name, a_fact(name, *fact_about)))
    read_in_fhir = (await trust.get(f"/fhir/R4/Patient/{fact_about[0]}")).text
    assert PERSON["family_name"] in read_in_fhir
    fed = (await trust.get(FEED, params={"limit": 100})).text
    assert {item["type"] for item in json.loads(fed)["items"]} == FED_NAMES
    assert len(json.loads(fed)["items"]) == len(FED_NAMES)
    private = {*PERSON.values(), "A private note", "Ulcer over the ankle", "Walk to chapel by Christmas", "Leg ulcer"}
    assert [word for word in private - {PERSON["sex"], PERSON["nhs_number_status"]} if word in fed] == []


async def test_every_event_is_kept_once_whatever_the_inbox_knows(interop: Running) -> None:
    """Its id is unique in the feed, so that an event that is applied twice for whatever reason is found out."""
    (envelope,) = await visits(interop, 1)
    database = interop.databases["interop"]
    async with database.transaction(SYSTEM) as tx:
        await tx.session.execute(database.metadata.tables["inbox"].delete())
    await interop.hand_over("interop", envelope)
    assert await kept(interop) == 1
