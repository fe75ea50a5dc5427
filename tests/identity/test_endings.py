"""A sign-in ends in one place and stops everywhere: by its owner, by the provider, for a lost tablet, for a person."""

import time
from typing import Any

import pytest

from tests.identity.conftest import Identity
from tests.running import NURSE, STRANGER


async def signed_in_device(identity: Identity, name: str = "Tablet 4") -> dict[str, Any]:
    nurse = await identity.as_nurse(sid="staff:evening", acr="AAL2")
    answer = await nurse.post("/v1/devices", json={"name": name})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def renewed(identity: Identity, secret: str) -> Any:
    form = {"grant_type": "refresh_token", "refresh_token": secret}
    return await identity.nobody.post("/auth/token", data=form)


async def ended(identity: Identity) -> dict[str, Any]:
    service = await identity.running.client("identity", "svc:hr", "service")
    told: dict[str, Any] = (await service.get("/inside/revocations")).json()
    return told


async def test_a_tablet_goes_on_for_a_shift_with_a_new_secret_each_time(identity: Identity) -> None:
    told = await signed_in_device(identity)
    assert (await identity.exchanged(told["access_token"])).status_code == 200
    first = await renewed(identity, told["refresh_token"])
    assert first.status_code == 200
    assert (await identity.exchanged(first.json()["access_token"])).status_code == 200
    second = await renewed(identity, first.json()["refresh_token"])
    assert second.json()["refresh_token"] not in {told["refresh_token"], first.json()["refresh_token"]}


async def test_a_secret_that_is_shown_twice_ends_the_sign_in_for_both_who_have_it(identity: Identity) -> None:
    told = await signed_in_device(identity)
    newest = (await renewed(identity, told["refresh_token"])).json()
    stolen = await renewed(identity, told["refresh_token"])
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert (await renewed(identity, newest["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await identity.exchanged(newest["access_token"])).json()["error"] == "invalid_grant"
    assert (await ended(identity))["sessions"] == [told["device"]["id"]]


async def test_a_lost_tablet_is_found_in_the_list_and_reads_nothing_more(identity: Identity) -> None:
    told = await signed_in_device(identity, "Lost")
    nurse = await identity.as_nurse()
    devices = (await nurse.get("/v1/devices")).json()["items"]
    assert [device["name"] for device in devices] == ["Lost"]
    path = f"/v1/devices/{told['device']['id']}/sign-out"
    gone = await nurse.post(path, headers={"If-Match": '"1"'})
    assert gone.json()["ended_at"]
    assert (await identity.exchanged(told["access_token"])).json()["error"] == "invalid_grant"
    assert (await renewed(identity, told["refresh_token"])).json()["error"] == "invalid_grant"
    again = await nurse.post(path, headers={"If-Match": '"2"'})
    assert (again.status_code, again.json()["code"]) == (409, "sign_in_ended")


async def test_somebody_elses_tablet_is_as_unknown_as_one_that_never_was(identity: Identity) -> None:
    told = await signed_in_device(identity)
    other = await identity.running.client("identity", STRANGER)
    answers = [
        await other.post(f"/v1/devices/{device}/sign-out", headers={"If-Match": '"1"'})
        for device in (told["device"]["id"], STRANGER)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = [{k: v for k, v in answer.json().items() if k != "instance"} for answer in answers]
    assert bodies[0] == bodies[1]
    assert (await other.get("/v1/devices")).json()["items"] == []


async def test_hr_ends_a_tablet_for_whoever_lost_it(identity: Identity) -> None:
    told = await signed_in_device(identity)
    hr = await identity.running.client("identity", STRANGER, "hr")
    found = (await hr.get(f"/v1/employees/{NURSE}/devices")).json()["items"]
    assert [device["id"] for device in found] == [told["device"]["id"]]
    gone = await hr.post(f"/v1/devices/{found[0]['id']}/sign-out", headers={"If-Match": '"1"'})
    assert gone.status_code == 200


async def test_everything_of_a_person_ends_and_a_later_sign_in_holds(identity: Identity) -> None:
    before = identity.provider.token(NURSE, iat=int(time.time()) - 5)
    told = await signed_in_device(identity)
    hr = await identity.running.client("identity", STRANGER, "hr")
    assert (await hr.post("/v1/sign-outs", json={"employee_id": str(NURSE)})).status_code == 202
    assert (await identity.exchanged(before)).json()["error"] == "invalid_grant"
    assert (await renewed(identity, told["refresh_token"])).json()["error"] == "invalid_grant"
    assert str(NURSE) in (await ended(identity))["subjects"]
    later = identity.provider.token(NURSE, iat=int(time.time()) + 2)
    assert (await identity.exchanged(later)).status_code == 200
    assert (await identity.exchanged(identity.provider.token(STRANGER))).status_code == 200


async def test_the_provider_says_that_somebody_signed_out(identity: Identity) -> None:
    told = await signed_in_device(identity)
    token = identity.provider.token(NURSE)
    other = identity.provider.token(NURSE, sid="morning")
    answer = await identity.nobody.post("/auth/backchannel-logout", data={"logout_token": identity.provider.logout()})
    assert (answer.status_code, answer.content, answer.headers["cache-control"]) == (200, b"", "no-store")
    assert (await identity.exchanged(token)).json()["error"] == "invalid_grant"
    assert (await identity.exchanged(other)).status_code == 200
    assert (await renewed(identity, told["refresh_token"])).json()["error"] == "invalid_grant"
    assert set((await ended(identity))["sessions"]) == {"staff:evening", told["device"]["id"]}


async def test_the_provider_may_name_the_person_alone_or_a_session_nobody_knows(identity: Identity) -> None:
    unknown = identity.provider.logout(sid="never-seen")
    whole = identity.provider.logout(sid=None, sub=str(NURSE))
    for token in (unknown, whole):
        assert (await identity.nobody.post("/auth/backchannel-logout", data={"logout_token": token})).status_code == 200
    before = identity.provider.token(NURSE, iat=int(time.time()) - 5)
    assert (await identity.exchanged(before)).json()["error"] == "invalid_grant"


WRONG: dict[str, dict[str, Any]] = {
    "a nonce": {"nonce": "n"},
    "no event": {"events": None},
    "another event": {"events": {"http://elsewhere": {}}},
    "for another": {"aud": "another"},
    "another issuer": {"iss": "https://elsewhere.example"},
    "old": {"iat": int(time.time()) - 400},
    "from tomorrow": {"iat": int(time.time()) + 86400, "exp": int(time.time()) + 87000},
    "nobody named": {"sid": None},
    "a session that is no word": {"sid": 7},
    "no jti": {"jti": None},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
async def test_a_logout_token_with_one_wrong_part_signs_nobody_out(identity: Identity, wrong: dict[str, Any]) -> None:
    told = identity.provider.logout(**wrong)
    answer = await identity.nobody.post("/auth/backchannel-logout", data={"logout_token": told})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert (await identity.exchanged(identity.provider.token(NURSE))).status_code == 200


async def test_a_logout_token_holds_once_and_no_other_token_is_one(identity: Identity) -> None:
    token = identity.provider.logout(sid="another")
    answers = [await identity.nobody.post("/auth/backchannel-logout", data={"logout_token": token}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 400]
    for other in (identity.provider.token(NURSE), "x", ""):
        answer = await identity.nobody.post("/auth/backchannel-logout", data={"logout_token": other})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_tablet_enrols_no_other_and_no_service_does_in_passing(identity: Identity) -> None:
    told = await signed_in_device(identity)
    again = await identity.as_nurse(sid=told["device"]["id"])
    in_passing = await identity.as_nurse(sid="staff:evening", act={"sub": "svc:roster"})
    for client in (again, in_passing):
        answer = await client.post("/v1/devices", json={"name": "Another"})
        assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_not_fresh")
