"""Somebody signs in by NHS CIS2: the role that was chosen there and the account that HR linked say who it is."""

import time
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
from uuid6 import uuid7

from services.identity.api.inside import COOKIE
from services.identity.main import SERVICE
from tests.common.audited import trail
from tests.identity.cis2 import NURSE_ROLE, UID, Cis2, role
from tests.identity.conftest import EXCHANGE, Identity, claims_of
from tests.identity.providers import API
from tests.running import DEPUTY, NURSE, STRANGER, Databases, running

SESSION = "__Host-heatshield"
OTHER = uuid7()


@pytest.fixture
async def at_cis2(databases: Databases, request: pytest.FixtureRequest) -> AsyncIterator[Identity]:
    provider = Cis2()
    around, trusted = {"login.trust.example": provider.app()}, [provider.trusted(**getattr(request, "param", {}))]
    async with running(databases, SERVICE, peers=around, issuers=trusted, public_url=API) as made:
        yield Identity(made, provider, await made.client("identity", None))


async def told(identity: Identity, employee: Any = NURSE, subject: str = UID) -> httpx.Response:
    """One of HR says whose an account is."""
    hr = await identity.running.client("identity", STRANGER, "hr")
    body = {"id": str(uuid7()), "provider": "cis2", "subject": subject, "employee_id": str(employee)}
    answer: httpx.Response = await hr.post("/v1/staff-accounts", json=body)
    return answer


async def confirmed(identity: Identity, account: dict[str, Any], by: Any = DEPUTY) -> httpx.Response:
    colleague = await identity.running.client("identity", by, "hr")
    path = f"/v1/staff-accounts/{account['id']}/confirmation"
    answer: httpx.Response = await colleague.post(path, headers={"If-Match": '"1"'})
    return answer


async def linked(identity: Identity, employee: Any = NURSE, subject: str = UID) -> dict[str, Any]:
    """Two of HR say whose an account is."""
    account: dict[str, Any] = (await told(identity, employee, subject)).json()
    answer = await confirmed(identity, account)
    assert answer.status_code == 200, answer.text
    return account


async def signs_in(identity: Identity, earlier: str = "") -> httpx.Response:
    begun = await identity.nobody.get("/auth/login/cis2")
    back = identity.provider.authorises(begun.headers["location"])  # type: ignore[attr-defined]
    cookies = begun.headers["set-cookie"].partition(";")[0] + (f"; {SESSION}={earlier}" if earlier else "")
    answer: httpx.Response = await identity.nobody.get("/auth/callback", params=back, headers={"Cookie": cookies})
    return answer


def cookie_of(signed_in: httpx.Response) -> str:
    line = next(line for line in signed_in.headers.get_list("set-cookie") if line.startswith(f"{SESSION}="))
    return SimpleCookie(line)[SESSION].value


async def exchanged(identity: Identity, signed_in: httpx.Response) -> httpx.Response:
    return await identity.inside(grant_type=EXCHANGE, subject_token_type=COOKIE, subject_token=cookie_of(signed_in))


async def test_a_nurse_is_known_by_her_linked_account_and_the_role_she_chose(at_cis2: Identity) -> None:
    await linked(at_cis2)
    answer = await signs_in(at_cis2)
    assert answer.status_code == 303, answer.text
    claims = claims_of((await exchanged(at_cis2, answer)).json()["access_token"], at_cis2)
    assert [claims[name] for name in ("sub", "persona", "acr")] == [str(NURSE), "nurse", "AAL3"]
    provider: Any = at_cis2.provider
    assert (provider.asked["acr_values"], provider.asked["prompt"]) == ("AAL2_OR_AAL3_ANY", "login")
    assert provider.shown == ["Bearer for-nobody"]


async def test_a_level_of_assurance_may_be_a_number(at_cis2: Identity) -> None:
    await linked(at_cis2)
    at_cis2.provider.says = {"authentication_assurance_level": 2}  # type: ignore[attr-defined]
    claims = claims_of((await exchanged(at_cis2, await signs_in(at_cis2))).json()["access_token"], at_cis2)
    assert claims["acr"] == "AAL2"


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], int, str]] = {
    "no role": ({"selected_roleid": None}, {}, 403, "access_denied"),
    "no roles at all": ({}, {"nhsid_nrbac_roles": []}, 403, "access_denied"),
    "roles that are none": ({}, {"nhsid_nrbac_roles": ["nurse", None]}, 403, "access_denied"),
    "a role that means nothing here": ({"selected_roleid": "555254240199"}, {}, 403, "access_denied"),
    "a nurse elsewhere": (
        {},
        {"nhsid_nrbac_roles": [role("555254240100", NURSE_ROLE, "RX9")]},
        403,
        "access_denied",
    ),
    "a password": ({"authentication_assurance_level": "1"}, {}, 403, "insufficient_user_authentication"),
    "no level": ({"authentication_assurance_level": None}, {}, 403, "insufficient_user_authentication"),
    "somebody else's information": ({}, {"sub": "910000000002"}, 400, "invalid_grant"),
    "another nonce": ({"nonce": "another"}, {}, 400, "invalid_grant"),
}


@pytest.mark.parametrize(("says", "tells", "status", "error"), REFUSED.values(), ids=REFUSED)
async def test_whoever_has_no_role_here_or_is_not_surely_there_is_not_signed_in(
    at_cis2: Identity, says: dict[str, Any], tells: dict[str, Any], status: int, error: str
) -> None:
    await linked(at_cis2)
    at_cis2.provider.says, at_cis2.provider.tells = says, tells  # type: ignore[attr-defined]
    answer = await signs_in(at_cis2)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert "__Host-heatshield=" not in answer.headers.get("set-cookie", "")


async def test_an_account_that_nobody_linked_is_nobodys(at_cis2: Identity) -> None:
    await linked(at_cis2, subject="910000000002")
    answer = await signs_in(at_cis2)
    assert (answer.status_code, answer.json()["error"]) == (403, "access_denied")


async def test_an_access_token_of_cis2_is_for_nobody_and_opens_nothing(at_cis2: Identity) -> None:
    await linked(at_cis2)
    token = at_cis2.provider.token(UID, uid=UID, aud=None)
    assert (await at_cis2.exchanged(token)).json()["error"] == "invalid_grant"


async def test_an_account_belongs_to_one_employee_until_it_is_removed(at_cis2: Identity) -> None:
    account = await linked(at_cis2)
    twice = await told(at_cis2, employee=uuid7())
    assert (twice.status_code, twice.json()["code"]) == (409, "already_recorded")
    signed_in = await signs_in(at_cis2)
    hr = await at_cis2.running.client("identity", STRANGER, "hr")
    listed = (await hr.get(f"/v1/employees/{NURSE}/staff-accounts")).json()["items"]
    assert [(one["subject"], one["linked_by"]) for one in listed] == [(UID, str(STRANGER))]
    path = f"/v1/staff-accounts/{account['id']}/removal"
    removed = await hr.post(path, headers={"If-Match": '"2"'})
    assert removed.json()["removed_at"]
    assert (await exchanged(at_cis2, signed_in)).json()["error"] == "invalid_grant"
    assert (await signs_in(at_cis2)).status_code == 403
    again = await hr.post(path, headers={"If-Match": '"3"'})
    assert (again.status_code, again.json()["code"]) == (409, "account_removed")
    assert (await told(at_cis2, employee=uuid7())).status_code == 201


async def test_nobody_says_alone_who_somebody_is(at_cis2: Identity) -> None:
    own = await told(at_cis2, employee=STRANGER)
    assert (own.status_code, own.json()["code"]) == (403, "own_account")
    account = (await told(at_cis2)).json()
    assert (await signs_in(at_cis2)).status_code == 403, "one has said it, and nobody else yet"
    for alone in (STRANGER, NURSE):
        answer = await confirmed(at_cis2, account, by=alone)
        assert (answer.status_code, answer.json()["code"]) == (403, "second_person_needed")
    assert (await confirmed(at_cis2, account)).json()["confirmed_by"] == str(DEPUTY)
    assert (await signs_in(at_cis2)).status_code == 303
    again = await at_cis2.as_ops()
    path = f"/v1/staff-accounts/{account['id']}/confirmation"
    twice = await again.post(path, headers={"If-Match": '"2"'})
    assert (twice.status_code, twice.json()["code"]) == (409, "not_waiting")


async def test_a_sign_in_is_on_record_under_the_name_of_whoever_signed_in(at_cis2: Identity) -> None:
    """On a browser that somebody else had left signed in."""
    await linked(at_cis2)
    earlier = cookie_of(await signs_in(at_cis2))
    await linked(at_cis2, employee=OTHER, subject="910000000002")
    at_cis2.provider.says = at_cis2.provider.tells = {"sub": "910000000002", "uid": "910000000002"}  # type: ignore[attr-defined]
    assert (await signs_in(at_cis2, earlier)).status_code == 303
    rows = await trail(at_cis2.running.databases["identity"])
    assert [row.subject for row in rows if row.operation == "GET /auth/callback"] == [str(NURSE), str(OTHER)]
    shown = await at_cis2.inside(grant_type=EXCHANGE, subject_token_type=COOKIE, subject_token=earlier)
    assert shown.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("says", [{}, {"auth_time": 1_700_000_000}], ids=["not told", "told"])
async def test_when_somebody_signed_in_is_known(at_cis2: Identity, says: dict[str, Any]) -> None:
    """CIS2 is asked to sign people in anew each time, and need not say when that was."""
    await linked(at_cis2)
    at_cis2.provider.says = says  # type: ignore[attr-defined]
    claims = claims_of((await exchanged(at_cis2, await signs_in(at_cis2))).json()["access_token"], at_cis2)
    assert claims["auth_time"] == says.get("auth_time") or time.time() - claims["auth_time"] < 60
    assert at_cis2.provider.asked["max_age"] == "43200"  # type: ignore[attr-defined]


async def test_a_logout_token_with_a_subject_alone_ends_what_she_is_signed_in_on(at_cis2: Identity) -> None:
    await linked(at_cis2)
    signed_in = await signs_in(at_cis2)
    form = {"logout_token": at_cis2.provider.logout(sid=None, sub=UID)}
    assert (await at_cis2.nobody.post("/auth/backchannel-logout", data=form)).status_code == 200
    assert (await exchanged(at_cis2, signed_in)).json()["error"] == "invalid_grant"
