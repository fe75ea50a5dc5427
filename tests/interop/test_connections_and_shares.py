"""Connections to councils, and what clients agree to share with them."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from uuid6 import uuid7

from services.common.auth import SYSTEM
from services.interop.domain.connection import AddressNotOutside, require_outside
from tests.interop.council import SECRET, a_share, agree, connect, connections, take_on
from tests.interop.records import Caseload
from tests.running import NURSE, STRANGER, TEAM, Running


async def test_anonymous_is_refused(system: Running) -> None:
    nobody = await system.client("interop", None)
    share = a_share(str(uuid7()), str(uuid7()))
    asked = [
        await nobody.put(f"/v1/connections/{uuid7()}", json={}),
        await nobody.get("/v1/connections"),
        await nobody.post("/v1/shares", json=share),
        await nobody.get("/v1/shares"),
        await nobody.post(f"/v1/shares/{uuid7()}/withdraw"),
        await nobody.get("/v1/deliveries"),
    ]
    assert [answer.status_code for answer in asked] == [401] * 6
    assert {answer.headers["content-type"] for answer in asked} == {"application/problem+json"}


async def test_each_function_keeps_to_its_part(system: Running) -> None:
    async def statuses(persona: str) -> list[int]:
        somebody = await system.client("interop", str(uuid4()), persona)
        connection = {"name": "x", "url": "https://council.example/e", "secret": SECRET}
        return [
            (await somebody.put(f"/v1/connections/{uuid7()}", json=connection)).status_code,
            (await somebody.get("/v1/connections")).status_code,
            (await somebody.post("/v1/shares", json=a_share(str(uuid7()), str(uuid7())))).status_code,
            (await somebody.get("/v1/shares")).status_code,
            (await somebody.post(f"/v1/shares/{uuid7()}/withdraw")).status_code,
            (await somebody.get("/v1/deliveries")).status_code,
        ]

    assert await statuses("nurse") == [403, 200, 409, 200, 404, 403]
    assert await statuses("integrator") == [403, 200, 403, 403, 403, 403]
    assert await statuses("ops") == [200, 200, 403, 403, 403, 200]
    assert await statuses("heatshield") == [403, 200, 403, 403, 403, 403]
    for persona in ("coach", "steering", "commissioner", "council", "social_worker", "service", "hr", "finance"):
        assert await statuses(persona) == [403] * 6, persona


async def test_a_connection_is_unused_until_something_is_sent_and_never_shows_its_secret(system: Running) -> None:
    connection_id = await connect(system)
    (shown,) = await connections(system)
    assert (shown["id"], shown["state"]) == (connection_id, "unused")
    assert "secret" not in shown
    assert SECRET not in json.dumps(shown)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"url": "https://council.example/\nx"}, "/body/url"),
        ({"secret": "whsec_c2hvcnQ="}, "/body/secret"),
        ({"secret": "whsec_!!!"}, "/body/secret"),
        ({"secret": SECRET.removeprefix("whsec_")}, "/body/secret"),
        ({"secret": None}, "/body/secret"),
        ({"colour": "red"}, "/body/colour"),
        ({"url": ""}, "/body/url"),
        ({"adapter": "portal", "secret": None}, "/body/url"),
        ({"adapter": "portal", "url": ""}, "/body/secret"),
        ({"adapter": "daily_csv", "url": "", "secret": None}, "/body/refers_as"),
        ({"adapter": "sftp", "url": "sftp://us@council.example/in", "secret": None}, "/body/host_key"),
        ({"host_key": "ssh-ed25519 " + 50 * "A"}, "/body/host_key"),
        ({"adapter": "fax"}, "/body/adapter"),
    ],
)
async def test_a_connection_is_secret_and_leads_outside(system: Running, changes: dict[str, Any], pointer: str) -> None:
    ops = await system.client("interop", "ops-1", "ops")
    body = {"name": "Council", "url": "https://council.example/events", "secret": SECRET} | changes
    answer = await ops.put(f"/v1/connections/{uuid7()}", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "url",
    [
        "http://council.example/events",
        "ftp://council.example/events",
        "https://council.example.:443/",
        "https://council.example./",
        "https://council..example/",
        "https://-council.example/",
        "https://council_.example/",
        "https://council.example:99999/",
        "https://council.example:/",
        "https://user:pass@council.example/",
        "https://council.example@10.0.0.1/",
        "https://council.example\\@10.0.0.1/",
        "https://council.example#@10.0.0.1/",
        "https://council.example%2eevil.example/",
        "https:///council.example",
        "https://council/",
        "https://localhost/events",
        "https://LOCALHOST/events",
        "https://caseload:8000/",
        "https://10.0.0.1/events",
        "https://8.8.8.8/events",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://1.2.3.4.5/",
        "https://[::1]/events",
        "https://[2001:db8::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[",
        "https://]",
        "https://::1/",
        "https://metadata.google.internal/",
        "https://printer.local/",
        "https://caseload.default.svc/",
        "https://caseload.default.svc.cluster.local/",
        "https://me.localhost/",
        "https://1.0.0.10.in-addr.arpa/",
        "https://COUNCIL.INTERNAL/",
    ],
)
async def test_a_connection_leads_outside_by_a_public_name(system: Running, url: str) -> None:
    ops = await system.client("interop", "ops-1", "ops")
    body = {"name": "Council", "url": url, "secret": SECRET}
    answer = await ops.put(f"/v1/connections/{uuid7()}", json=body)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/body/url"
    assert error["way_out"]


@pytest.mark.parametrize(
    "url", ["https://events.adults.council.example:443/in?key=1", "https://COUNCIL.Example", "https://3com.example/"]
)
async def test_a_public_name_is_taken(system: Running, url: str) -> None:
    await connect(system, url)
    assert len(await connections(system)) == 1


async def test_the_same_sent_again_changes_nothing_and_opens_what_was_closed(system: Running) -> None:
    connection_id, ops = await connect(system), await system.client("interop", "ops-1", "ops")
    same = {"name": "Cumbria adult social care", "url": "https://council.example/events"}

    async def put(**changes: str) -> dict[str, Any]:
        answer = await ops.put(f"/v1/connections/{connection_id}", json=same | changes)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def suffer(**values: Any) -> None:
        async with system.databases["interop"].transaction(SYSTEM) as tx:
            await tx.session.execute(tx.metadata.tables["connection"].update().values(**values))

    await suffer(failures=2)
    assert (await put())["state"] == "unproved"
    await suffer(proved_at=datetime.now(UTC), last_success_at=datetime.now(UTC))
    for again in (await put(), await put(secret=SECRET)):
        assert (again["version"], again["state"], again["failures"]) == (1, "failing", 2)
    await suffer(disabled_at=datetime.now(UTC))
    opened = await put()
    assert (opened["version"], opened["state"], opened["disabled_at"]) == (2, "working", None)
    assert (await put(name="Cumbria"))["version"] == 3
    assert (await put(name="Cumbria", secret=SECRET[:-4] + "AAA="))["version"] == 4
    moved = await put(name="Cumbria", url="https://council.example/new")
    assert (moved["state"], moved["proved_at"]) == ("unused", None), "another address has to prove itself"


@pytest.mark.parametrize("url", ["http://westmere:9000/events", "https://10.20.30.40/", "http://liquidlogic.svc/"])
def test_a_host_that_ops_named_is_taken_and_no_other(url: str) -> None:
    named = ["westmere", "10.20.30.40", "liquidlogic.svc"]
    require_outside("webhook", url, named)
    with pytest.raises(AddressNotOutside):
        require_outside("webhook", url, ["another"])
    with pytest.raises(AddressNotOutside):
        require_outside("webhook", url.replace("://", "://user@"), named)


async def test_a_share_is_made_for_ones_own_client_with_a_known_council(system: Running, caseload: Caseload) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    stranger, nurse = await system.client("interop", STRANGER), await system.nurse("interop")
    hidden = await stranger.post("/v1/shares", json=a_share(client_id, connection_id))
    absent = await stranger.post("/v1/shares", json=a_share(str(uuid7()), connection_id))
    assert hidden.status_code == absent.status_code == 409
    assert hidden.json()["code"] == "unknown_client"
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}
    nowhere = await nurse.post("/v1/shares", json=a_share(client_id, str(uuid7())))
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "unknown_connection")
    share = await agree(system, client_id, connection_id)
    assert (share["team_id"], share["agreed_by"]) == (str(TEAM), str(NURSE))
    twice = await nurse.post("/v1/shares", json=a_share(client_id, connection_id))
    assert (twice.status_code, twice.json()["code"]) == (409, "already_shared")
    assert twice.json()["errors"][0]["way_out"]
    same_id = await nurse.post(
        "/v1/shares", json=a_share(await take_on(system, caseload), connection_id, id=share["id"])
    )
    assert (same_id.status_code, same_id.json()["code"]) == (409, "already_recorded")
    other = await stranger.post(f"/v1/shares/{share['id']}/withdraw")
    assert other.status_code == 404
    assert (await stranger.get(f"/v1/shares?client_id={client_id}")).json()["items"] == []
    listed = (await nurse.get(f"/v1/shares?client_id={client_id}")).json()["items"]
    assert [item["id"] for item in listed] == [share["id"]]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"fields": []}, "validation_failed"),
        ({"fields": ["nhs_number"]}, "validation_failed"),
        ({"fields": ["channel", "channel"]}, "validation_failed"),
        ({"basis": "legal_duty"}, "validation_failed"),
        ({"consented_on": None}, "validation_failed"),
        ({"consented_on": "2199-01-01"}, "consent_in_the_future"),
        ({"until_on": "2020-01-01"}, "share_ends_in_the_past"),
        ({"council_ref": "two words"}, "validation_failed"),
    ],
)
async def test_a_share_says_what_why_and_until_when(
    system: Running, caseload: Caseload, changes: dict[str, Any], code: str
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    nurse = await system.nurse("interop")
    answer = await nurse.post("/v1/shares", json=a_share(client_id, connection_id, **changes))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_share_may_rest_on_a_duty_without_an_end(system: Running, caseload: Caseload) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    share = await agree(system, client_id, connection_id, basis="legal_duty", consented_on=None, until_on=None)
    assert (share["basis"], share["consented_on"], share["until_on"]) == ("legal_duty", None, None)
