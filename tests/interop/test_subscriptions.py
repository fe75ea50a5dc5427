"""Who subscribes is told of what changes: once the endpoint was tried, by number, again after a failure, and by ids."""

import asyncio
import dataclasses
from collections.abc import Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from services.interop import usecases
from services.interop.main import SERVICE
from tests.interop.answers import BASE, refused_once
from tests.interop.hook import Hook, a_subscription, an_r4_subscription, beating, numbers, values
from tests.interop.records import Caseload, a_record
from tests.interop.telling import tell
from tests.running import OTHER_TEAM, STRANGER, Databases, Running, running, until

AT_ONCE = (timedelta(0),) * 3
INSIDE = f"http://interop:8000{BASE}"


@pytest.fixture
def hook() -> Hook:
    return Hook()


@pytest.fixture
def listening(databases: Databases, caseload: Caseload, hook: Hook) -> Callable[..., Any]:
    """Interop with a trust's endpoint beside it."""

    @asynccontextmanager
    async def start(schedule: tuple[timedelta, ...] = AT_ONCE) -> Any:
        work = (usecases.number_changes(0.05), usecases.notify(0.05, schedule))
        service = dataclasses.replace(SERVICE, background=work)
        peers = {"caseload": caseload.app(), "trust.example": hook.app()}
        async with running(databases, service, peers=peers) as system:
            await system.join("interop")
            await system.join("interop", team=OTHER_TEAM, employee=STRANGER)
            yield system

    return start


async def tie(system: Running, scope: str = "system/*.cruds", name: str = "trust-tie") -> Any:
    return await system.client("interop", name, "integrator", scope=scope)


async def subscribed(client: Any, body: dict[str, Any], status: str = "active") -> str:
    """The path of a subscription that has come so far."""
    answer = await client.post(f"{BASE}/Subscription", json=body)
    assert answer.status_code == 201, answer.text
    path = f"{BASE}/Subscription/{answer.json()['id']}"
    assert answer.headers["location"] == f"http://interop:8000{path}"
    await until(lambda: stands(client, path, status))
    return path


async def stands(client: Any, path: str, status: str) -> bool:
    return bool((await client.get(path)).json()["status"] == status)


async def test_a_topic_is_told_by_ids_after_a_handshake(
    listening: Callable[..., Any], caseload: Caseload, hook: Hook
) -> None:
    async with listening() as system:
        trust = await tie(system)
        body = a_subscription(header=["Authorization: Bearer of-the-trust"])
        path = await subscribed(trust, body)
        (shake,) = hook.told("handshake")
        assert values(shake)["subscription"] == {"reference": f"http://interop:8000{path}"}
        assert hook.headers[0]["authorization"] == "Bearer of-the-trust"
        assert "Bearer" not in (await trust.get(path)).text, "a secret is told to nobody again"
        client_id = await tell(system, caseload, a_record())
        await until(lambda: hook.told("event-notification"))
        (told,) = hook.told("event-notification")
        assert [entry["fullUrl"] for entry in told["entry"][1:]] == [f"{INSIDE}/Patient/{client_id}"]
        assert numbers(told) == ["1"]
        assert "resource" not in told["entry"][1], "what is in it is read, with a token"
        assert "Tabor" not in str(hook.bodies) + str((await trust.get(f"{path}/$events")).json())
        await tell(system, caseload, a_record(client_id, family_name="Shaw", version=2))
        await until(lambda: len(hook.told("event-notification")) == 2)
        assert hook.told("event-notification")[1]["entry"][1]["request"]["method"] == "PUT"
        again = (await trust.get(f"{path}/$events?eventsSinceNumber=2")).json()
        assert (values(again)["type"], numbers(again)) == ("query-event", ["2"])
        asked = (await trust.get(f"{path}/$status")).json()
        assert values(asked) | {"status": "active", "events-since-subscription-start": "2"} == values(asked)
        assert (await trust.delete(path)).status_code == 204
        refused_once(await trust.get(path), 404, "not-found")


async def test_only_what_the_criteria_finds_is_told(
    listening: Callable[..., Any], caseload: Caseload, hook: Hook
) -> None:
    async with listening() as system:
        trust = await tie(system)
        client_id = await tell(system, caseload, a_record())
        await subscribed(trust, a_subscription(f"Patient?_id={client_id}", "empty"))
        await tell(system, caseload, a_record())
        await tell(system, caseload, a_record(client_id, family_name="Shaw", version=2))
        await until(lambda: hook.told("event-notification"))
        (told,) = hook.told("event-notification")
        assert numbers(told) == ["1"]
        assert client_id not in str(told), "an empty one names nothing"


async def test_r4s_own_is_told_by_an_empty_message(
    listening: Callable[..., Any], caseload: Caseload, hook: Hook
) -> None:
    async with listening() as system:
        trust = await tie(system)
        path = await subscribed(trust, an_r4_subscription("Encounter?status=finished"))
        assert hook.bodies == [b""]
        await tell(system, caseload, a_record())
        await until(lambda: hook.bodies == [b"", b""])
        assert (await trust.get(path)).json()["criteria"] == "Encounter?status=finished"


async def test_what_fails_is_sent_again_and_at_last_no_more(
    listening: Callable[..., Any], caseload: Caseload, hook: Hook
) -> None:
    async with listening() as system:
        trust = await tie(system)
        hook.answers = [500, 302, 204, 503]
        path = await subscribed(trust, a_subscription())
        await tell(system, caseload, a_record())
        await until(lambda: hook.told("event-notification"))
        assert numbers(hook.told("event-notification")[0]) == ["1"]
        hook.answers = [500] * 3
        await tell(system, caseload, a_record())
        await until(lambda: stands(trust, path, "error"))
        assert "DELETE" in (await trust.get(path)).json()["error"]
        asked = len(hook.headers)
        await tell(system, caseload, a_record())
        await asyncio.sleep(0.3)
        assert (len(hook.headers), hook.elsewhere) == (asked, 0), "no more is sent, and no redirect was followed"


async def test_it_is_changed_and_shakes_hands_again(
    listening: Callable[..., Any], caseload: Caseload, hook: Hook
) -> None:
    async with listening() as system:
        trust, other, reader = await tie(system), await tie(system, name="other"), await tie(system, "system/*.rs")
        hook.answers = [500] * 3
        path = await subscribed(trust, a_subscription("Encounter?status=finished"), "error")
        kept = (await trust.get(path)).json()
        new = {**a_subscription("Patient?active=true"), "id": kept["id"]}
        refused_once(await other.put(path, json=new), 404, "not-found")
        refused_once(await reader.put(path, json=new), 403, "forbidden")
        refused_once(await trust.put(path, json=a_subscription()), 400, "invalid")
        refused_once(await trust.put(path, json={**new, "status": "off"}), 422, "value")
        stale = await trust.put(path, json=new, headers={"If-Match": 'W/"1"'})
        assert stale.status_code == 412, stale.text
        hook.answers = [204]
        changed = await trust.put(path, json=new)
        assert (changed.status_code, changed.json()["status"]) == (200, "requested"), changed.text
        await until(lambda: stands(trust, path, "active"))
        assert "error" not in (await trust.get(path)).json()
        await tell(system, caseload, a_record())
        await until(lambda: hook.told("event-notification"))
        assert "/Patient/" in hook.told("event-notification")[0]["entry"][1]["fullUrl"]


async def test_what_was_on_its_way_to_the_old_address_says_nothing_of_the_new_one(
    listening: Callable[..., Any], hook: Hook
) -> None:
    async with listening() as system:
        trust = await tie(system)
        hook.silent = held = asyncio.Event()
        made = (await trust.post(f"{BASE}/Subscription", json=a_subscription())).json()
        await until(lambda: hook.headers)
        moved = {**a_subscription(endpoint="https://trust.example/hook?again"), "id": made["id"]}
        path = f"{BASE}/Subscription/{made['id']}"
        assert (await trust.put(path, json=moved)).status_code == 200
        hook.silent, asked = asyncio.Event(), len(hook.headers)
        held.set()
        await until(lambda: len(hook.headers) > asked)
        assert await stands(trust, path, "requested")
        hook.silent.set()
        await until(lambda: stands(trust, path, "active"))


async def test_a_heart_beats_while_nothing_happens(
    listening: Callable[..., Any], caseload: Caseload, hook: Hook
) -> None:
    async with listening() as system:
        trust = await tie(system)
        await subscribed(trust, a_subscription(**beating(60)))
        await asyncio.sleep(0.2)
        assert hook.told("heartbeat") == []
        await system.alter("interop", "update subscription set due_at = due_at - interval '61 seconds'")
        await until(lambda: hook.told("heartbeat"))
        assert numbers(hook.told("heartbeat")[0]) == []


async def test_a_silent_endpoint_holds_up_no_other(
    listening: Callable[..., Any], caseload: Caseload, hook: Hook
) -> None:
    async with listening() as system:
        trust = await tie(system)
        hook.silent = asyncio.Event()
        slow = await trust.post(f"{BASE}/Subscription", json=a_subscription())
        await until(lambda: hook.headers)
        quick, hook.silent = hook.silent, None
        await subscribed(trust, a_subscription())
        assert await stands(trust, f"{BASE}/Subscription/{slow.json()['id']}", "requested")
        quick.set()
        await until(lambda: stands(trust, f"{BASE}/Subscription/{slow.json()['id']}", "active"))


async def test_a_subscription_is_its_own_systems_alone(listening: Callable[..., Any], hook: Hook) -> None:
    async with listening() as system:
        trust, other = await tie(system), await tie(system, name="another-trust")
        path = await subscribed(trust, a_subscription())
        for asked in (path, f"{path}/$status", f"{path}/$events", f"{BASE}/Subscription/x"):
            refused_once(await other.get(asked), 404, "not-found")
        refused_once(await other.delete(path), 404, "not-found")
        listed = [len((await one.get(f"{BASE}/Subscription")).json().get("entry", [])) for one in (trust, other)]
        assert listed == [1, 0]
        counted = [(await one.get(f"{BASE}/Subscription/$status")).json()["total"] for one in (trust, other)]
        assert counted == [1, 0]


async def test_what_is_no_subscription_here_is_refused_with_its_place(listening: Callable[..., Any]) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        (a_subscription(endpoint="http://trust.example/hook"), "Subscription.channel.endpoint"),
        (a_subscription(endpoint="https://127.0.0.1/hook"), "Subscription.channel.endpoint"),
        (a_subscription(endpoint="https://hook.internal/"), "Subscription.channel.endpoint"),
        (a_subscription("Patient?name=Edith"), "Subscription.criteria"),
        (a_subscription("Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|9990000018"), "Subscription.criteria"),
        (a_subscription("Patient?_count=1"), "Subscription.criteria"),
        (a_subscription("Patient?unknown=1"), "Subscription.criteria"),
        (a_subscription("Group"), "Subscription.criteria"),
        (a_subscription("?status=x"), "Subscription.criteria"),
        (a_subscription("Patient", "full-resource"), "Subscription.channel.payload"),
        (an_r4_subscription(payload="application/fhir+json"), "Subscription.channel.payload"),
        (a_subscription(header=["Host: elsewhere"]), "Subscription.channel.header"),
        (a_subscription(header=["X-Name: a\r\nX-Other: b"]), "Subscription.channel.header"),
        (a_subscription(type="email"), "Subscription.channel.type"),
        (a_subscription(**beating(1)), "Subscription.channel.extension"),
        (an_r4_subscription(**beating(60)), "Subscription.channel.extension"),
        ({**a_subscription(), "status": "active"}, "Subscription.status"),
        ({**a_subscription(), "reason": "x" * 201}, "Subscription.reason"),
        ({name: value for name, value in a_subscription().items() if name != "channel"}, "Subscription.channel"),
        ({**a_subscription(), "end": "9999-12-31T23:59:59Z"}, "Subscription.end"),
        ({**a_subscription(), "end": "2026-12-31T23:59:60Z"}, "Subscription.end"),
        ({**a_subscription(), "status": None, "_status": {"id": "a"}}, "Subscription.status"),
        ({"resourceType": "Patient"}, "Patient"),
    ]
    async with listening() as system:
        trust = await tie(system)
        for body, expression in wrong:
            answer = await trust.post(f"{BASE}/Subscription", json=body)
            assert answer.status_code == 422, (body, answer.text)
            assert expression in {issue["expression"][0] for issue in answer.json()["issue"]}, answer.text
        for end in ("2020-01-01T00:00:00Z", "2199-01-01T00:00:00Z"):
            answer = await trust.post(f"{BASE}/Subscription", json={**a_subscription(), "end": end})
            assert refused_once(answer, 422, "processing")["expression"] == ["http.end"]
        reader = await tie(system, "system/*.rs")
        refused_once(await reader.post(f"{BASE}/Subscription", json=a_subscription()), 403, "forbidden")
        writer = await tie(system, "system/Subscription.cruds system/Patient.r")
        refused_once(await writer.post(f"{BASE}/Subscription", json=a_subscription()), 403, "forbidden")
        nurse = await system.nurse("interop")
        refused_once(await nurse.post(f"{BASE}/Subscription", json=a_subscription()), 403, "forbidden")
        for _ in range(20):
            assert (await trust.post(f"{BASE}/Subscription", json=a_subscription())).status_code == 201
        refused_once(await trust.post(f"{BASE}/Subscription", json=a_subscription()), 422, "processing")
