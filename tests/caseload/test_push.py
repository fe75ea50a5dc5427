"""An alert wakes the devices of those whom it is for, and tells whoever carries it nothing (RFC 8030, 8291, 8292)."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import select
from sqlmodel import col
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.caseload.domain.push import PushMessage, from_base64url, in_base64url
from services.caseload.main import SERVICE
from services.caseload.partners.web_push import public_point
from services.common.auth import SYSTEM
from tests.caseload.medicating import Giving, giving
from tests.caseload.story import new_id
from tests.caseload.test_alerts import a_time_critical_medicine, alerts, late, on_call
from tests.running import DEPUTY, NURSE, OTHER_TEAM, STRANGER, Databases, Running, running, until

HOST = "https://push.example"


@dataclass
class Device:
    """A browser, and the push service of its maker."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"sixteen bytes :)"
    heard: list[tuple[Any, bytes]] = field(default_factory=list)
    status: int = 201

    def subscription(self, **changes: Any) -> dict[str, Any]:
        keys = {"p256dh": public_point(self.key), "auth": in_base64url(self.auth)}
        return {"id": new_id(), "endpoint": f"{HOST}/wake/{new_id()}", "keys": keys} | changes

    def app(self) -> Starlette:
        async def wake(request: Request) -> Response:
            self.heard.append((request.headers, await request.body()))
            return Response(status_code=self.status)

        return Starlette(routes=[Route("/wake/{id}", wake, methods=["POST"])])

    def read(self, sealed: bytes) -> Any:
        return json.loads(http_ece.decrypt(sealed, private_key=self.key, auth_secret=self.auth, version="aes128gcm"))


@pytest.fixture
def device() -> Device:
    return Device()


@pytest.fixture
async def given(databases: Databases, device: Device) -> AsyncIterator[Giving]:
    async with running(databases, SERVICE, peers={"push.example": device.app()}) as system:
        for employee in (NURSE, DEPUTY):
            await system.join("caseload", employee=employee)
        await system.join("caseload", team=OTHER_TEAM, employee=STRANGER)
        yield await giving(system)


async def subscribed(by: Any, body: dict[str, Any]) -> Any:
    answer = await by.post("/v1/push-subscriptions", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def late_now(given: Giving) -> None:
    """The dose is late tomorrow morning; the devices are woken now all the same."""
    await late(given)
    await given.system.alter("caseload", "update push_message set due_at = now()")


async def _devices(by: Any) -> list[Any]:
    return list((await by.get("/v1/push-subscriptions")).json()["items"])


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.post("/v1/push-subscriptions", json={})).status_code == 401


async def test_an_alert_wakes_the_device_with_its_id_and_kind_alone(given: Giving, device: Device) -> None:
    await on_call(given.system, DEPUTY)
    await subscribed(given.deputy, device.subscription())
    await subscribed(given.nurse, device.subscription())
    await a_time_critical_medicine(given)
    await late_now(given)
    await until(lambda: device.heard)
    (alert,) = await alerts(given)
    # The nurse is not on call, so her device sleeps.
    ((headers, sealed),) = device.heard
    assert device.read(sealed) == {"alert_id": alert["id"], "kind": "late_dose"}
    assert (headers["content-encoding"], headers["urgency"]) == ("aes128gcm", "high")
    scheme, _, said = headers["authorization"].partition(" ")
    token, key = (part.strip().split("=", 1)[1] for part in said.split(","))
    assert (scheme, key) == ("vapid", (await given.nurse.get("/v1/push-key")).json()["public_key"])
    point = from_base64url(key)
    public = {"kty": "EC", "crv": "P-256", "x": in_base64url(point[1:33]), "y": in_base64url(point[33:])}
    assert jwt.decode(token, ECKey.import_key(public)).claims["aud"] == HOST


async def test_a_device_that_is_gone_is_forgotten(given: Giving, device: Device) -> None:
    device.status = 410
    await subscribed(given.nurse, device.subscription())
    await a_time_critical_medicine(given)
    await late_now(given)

    async def is_forgotten() -> bool:
        return await _devices(given.nurse) == []

    await until(is_forgotten)
    assert len(device.heard) == 1


async def test_what_did_not_arrive_is_sent_again(given: Giving, device: Device) -> None:
    device.status = 503
    await subscribed(given.nurse, device.subscription())
    await a_time_critical_medicine(given)
    await late_now(given)
    await until(lambda: device.heard)
    device.status = 201

    async def settled() -> bool:
        await given.system.alter("caseload", "update push_message set due_at = now() where due_at is not null")
        return len(device.heard) > 1

    await until(settled)
    assert len(await _devices(given.nurse)) == 1


async def waiting(given: Giving) -> list[int]:
    """How often each message that is not settled was tried."""
    tried = select(col(PushMessage.attempts)).where(col(PushMessage.due_at).is_not(None))
    async with given.system.databases["caseload"].transaction(SYSTEM) as tx:
        return list(await tx.all(tried))


async def test_what_cannot_be_sent_keeps_nothing_back_and_is_given_up(given: Giving, device: Device) -> None:
    broken = await subscribed(given.deputy, device.subscription())
    nobodys = in_base64url(b"\x04" + 64 * b"\x01")
    await given.system.alter(
        "caseload", f"update push_subscription set p256dh = '{nobodys}' where id = '{broken['id']}'"
    )
    await subscribed(given.nurse, device.subscription())
    await a_time_critical_medicine(given)
    await late_now(given)
    await until(lambda: device.heard)

    async def is_given_up() -> bool:
        await given.system.alter("caseload", "update push_message set due_at = now() where due_at > now()")
        return await waiting(given) == []

    await until(is_given_up)
    assert len(device.heard) == 1


async def test_what_nobody_came_back_from_is_given_up_before_it_is_sent(given: Giving, device: Device) -> None:
    await subscribed(given.nurse, device.subscription())
    await a_time_critical_medicine(given)
    await late(given)
    await given.system.alter("caseload", "update push_message set due_at = now(), attempts = 4")

    async def is_given_up() -> bool:
        return await waiting(given) == []

    await until(is_given_up)
    assert device.heard == []


async def test_a_device_is_one_persons_alone_and_ends_when_they_say_so(given: Giving, device: Device) -> None:
    body = device.subscription()
    made = await subscribed(given.nurse, body)
    taken = await given.deputy.post("/v1/push-subscriptions", json=body | {"id": new_id()})
    assert (taken.status_code, taken.json()["code"]) == (409, "endpoint_taken")
    path = f"/v1/push-subscriptions/{made['id']}"
    for other in (given.deputy, await given.system.client("caseload", STRANGER)):
        assert (await other.get(path)).status_code == 404
        assert (await other.post(f"{path}/end")).status_code == 404
        assert await _devices(other) == []
    assert (await given.nurse.post(f"{path}/end", headers={"If-Match": '"9"'})).status_code == 412
    assert (await given.nurse.post(f"{path}/end")).status_code == 200
    assert await _devices(given.nurse) == []
    await subscribed(given.deputy, body | {"id": new_id()})


async def test_what_is_no_browsers_subscription_is_refused_by_its_field(given: Giving, device: Device) -> None:
    whole = device.subscription()
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("/body/endpoint", {"endpoint": "https://10.0.0.1/wake"}),
        ("/body/endpoint", {"endpoint": "http://push.example/wake"}),
        ("/body/keys/p256dh", {"keys": whole["keys"] | {"p256dh": in_base64url(b"\x04" + 64 * b"\x01")}}),
        ("/body/keys/p256dh", {"keys": whole["keys"] | {"p256dh": "no"}}),
        ("/body/keys/auth", {"keys": whole["keys"] | {"auth": "c2hvcnQ"}}),
    ]
    for pointer, changes in wrong:
        answer = await given.nurse.post("/v1/push-subscriptions", json=whole | changes)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
