"""A partner's system gets a token by a signed assertion (SMART Backend Services): the table of outcomes, row by row."""

import asyncio
import base64
import json
import time
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey
from uuid6 import uuid7

from tests.identity.conftest import Identity, claims_of
from tests.identity.providers import API, System

NOW = int(time.time())
STRANGE = ECKey.generate_key("P-384", {"kid": "tie-1"})
REFUSED: dict[str, dict[str, Any]] = {
    "no end": {"exp": None},
    "an end in words": {"exp": str(NOW + 36_000)},
    "ended": {"exp": NOW - 100},
    "too far": {"exp": NOW + 3600},
    "for another": {"aud": "https://elsewhere.example/token"},
    "for others too": {"aud": [f"{API}/auth/token", "https://elsewhere.example"]},
    "for nobody": {"aud": None},
    "not itself": {"sub": "somebody"},
    "unknown": {"iss": "unknown", "sub": "unknown"},
    "no jti": {"jti": None},
    "a jti that is no word": {"jti": 7},
    "a long jti": {"jti": "x" * 256},
    "not begun": {"nbf": NOW + 36_000},
    "no kid": {"header": {"kid": None}},
    "unknown kid": {"header": {"kid": "tie-2"}},
    "another place for its key": {"header": {"jku": "http://127.0.0.1:1/jwks"}},
    "its key in the header": {"header": {"jwk": STRANGE.as_dict(private=False)}},
    "critical": {"header": {"crit": ["b64"], "b64": False}},
    "an access token": {"header": {"typ": "at+jwt"}},
    "ES256": {"key": ECKey.generate_key("P-256"), "header": {"alg": "ES256"}},
    "a stranger's key": {"key": STRANGE},
    "RS384 with a stranger's key": {"key": RSAKey.generate_key(2048)},
}


async def test_a_good_assertion_gets_a_token_for_five_minutes(identity: Identity, system: System) -> None:
    answer = await identity.nobody.post("/auth/token", data=system.asks("system/Patient.read system/Patient.r"))
    assert answer.status_code == 200, answer.text
    granted = answer.json()
    assert set(granted) == {"access_token", "token_type", "expires_in", "scope"}
    assert (granted["token_type"], granted["scope"]) == ("bearer", "system/Patient.rs system/Patient.r")
    assert 0 < granted["expires_in"] <= 300
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    inside = await identity.exchanged(granted["access_token"], audience="interop")
    claims = claims_of(inside.json()["access_token"], identity)
    told = [claims[name] for name in ("sub", "persona", "scope", "aud")]
    assert told == ["trust-tie", "integrator", "system/Patient.rs system/Patient.r", "interop"]


async def test_an_rsa_key_will_do(identity: Identity) -> None:
    made = System(name="rsa-tie", key=RSAKey.generate_key(2048, {"kid": "tie-1"}))
    await identity.let_in(made)
    assert (await identity.nobody.post("/auth/token", data=made.asks())).status_code == 200


async def test_it_takes_two_to_let_a_system_in(identity: Identity) -> None:
    made, first, second = System(), await identity.as_ops(), await identity.as_ops("ops-2")
    told = (await first.post("/v1/systems", json=made.registration())).json()
    assert (told["registered_by"], told["confirmed_by"]) == ("ops-1", None)
    assert told["key_thumbprints"] == [made.key.thumbprint()]
    path, seen = f"/v1/systems/{told['id']}/confirmation", {"If-Match": '"1"'}
    alone = await first.post(path, headers=seen)
    assert (alone.status_code, alone.json()["code"]) == (403, "second_person_needed")
    assert (await identity.nobody.post("/auth/token", data=made.asks())).status_code == 401
    confirmed = await second.post(path, headers=seen)
    assert (confirmed.status_code, confirmed.json()["confirmed_by"]) == (200, "ops-2")
    assert (await identity.nobody.post("/auth/token", data=made.asks())).status_code == 200
    again = await second.post(path, headers={"If-Match": '"2"'})
    assert (again.status_code, again.json()["code"]) == (409, "not_waiting")


@pytest.mark.parametrize("wrong", REFUSED.values(), ids=REFUSED)
async def test_an_assertion_with_one_wrong_part_is_refused(
    identity: Identity, system: System, wrong: dict[str, Any]
) -> None:
    answer = await identity.nobody.post("/auth/token", data=system.asks(client_assertion=system.assertion(**wrong)))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), answer.text
    said = answer.json()["error_description"]
    assert all(f"{one} " in said for one in ("iss", "sub", "aud", "exp", "jti", "kid")), "whichever was wrong"


async def test_an_assertion_holds_once_however_many_show_it_at_once(identity: Identity, system: System) -> None:
    form = system.asks()
    answers = await asyncio.gather(*(identity.nobody.post("/auth/token", data=form) for _ in range(20)))
    assert [answer.status_code for answer in answers].count(200) == 1
    again = await identity.nobody.post("/auth/token", data=form)
    assert (again.status_code, again.json()["error"]) in {(401, "invalid_client"), (429, "slow_down")}


@pytest.mark.parametrize(
    "scope",
    [
        None,
        "",
        "system/Patient.sr",
        "system/Patient.",
        "system/patient.r",
        "system/Patient.rs ",
        "system/Observation.rs",
        "system/*.rs",
        "user/Patient.rs",
        "system/Patient.cruds",
        "x" * 2000,
    ],
)
async def test_a_scope_that_is_malformed_or_not_agreed_is_refused(
    identity: Identity, system: System, scope: str | None
) -> None:
    answer = await identity.nobody.post("/auth/token", data=system.asks(scope))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"grant_type": None}, "invalid_request"),
        ({"client_assertion": None}, "invalid_request"),
        ({"client_assertion_type": None}, "invalid_request"),
        ({"client_assertion_type": "saml"}, "invalid_request"),
    ],
    ids=["grant", "no grant", "no assertion", "no type", "another type"],
)
async def test_a_request_that_is_not_understood_is_said_so(
    identity: Identity, system: System, changed: dict[str, Any], error: str
) -> None:
    answer = await identity.nobody.post("/auth/token", data=system.asks(**changed))
    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_who_fails_often_waits(identity: Identity, system: System) -> None:
    wrong = [system.asks(client_assertion=system.assertion(exp=1)) for _ in range(11)]
    bad = [await identity.nobody.post("/auth/token", data=form) for form in wrong]
    assert {answer.status_code for answer in bad[:10]} == {401}
    assert (bad[10].status_code, bad[10].headers["retry-after"]) == (429, "60")
    good = await identity.nobody.post("/auth/token", data=system.asks())
    assert good.status_code == 200, "nobody can lock a system out by failing in its name"


async def test_a_removed_system_gets_nothing_more(identity: Identity, system: System) -> None:
    ops = await identity.as_ops()
    token = (await identity.nobody.post("/auth/token", data=system.asks())).json()["access_token"]
    assert (await identity.exchanged(token)).status_code == 200
    one = (await ops.get("/v1/systems")).json()["items"][0]
    unseen = await ops.post(f"/v1/systems/{one['id']}/removal", auth=None, headers={"Idempotency-Key": "a"})
    assert unseen.status_code == 428
    removed = await ops.post(f"/v1/systems/{one['id']}/removal", headers={"If-Match": '"2"'})
    assert removed.json()["removed_at"]
    assert (await identity.nobody.post("/auth/token", data=system.asks())).status_code == 401
    assert (await identity.exchanged(token)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changed", "code", "pointer"),
    [
        ({"jwks": None}, "keys_needed", "/body/jwks"),
        ({"jwks_url": "https://tie.trust.example/jwks"}, "keys_needed", "/body/jwks"),
        ({"jwks": {"keys": [STRANGE.as_dict(private=True)]}}, "validation_failed", "/body/jwks/keys/0/d"),
        ({"jwks": {"keys": []}}, "validation_failed", "/body/jwks/keys"),
        ({"jwks": {"keys": [{"kty": "oct", "kid": "a"}]}}, "keys_needed", "/body/jwks"),
        ({"scopes": ["system/Patient.sr"]}, "unknown_scope", "/body/scopes"),
        ({"persona": "nurse"}, "validation_failed", "/body"),
        ({"persona": "service"}, "validation_failed", "/body"),
        ({"jwks": None, "jwks_url": "http://tie.trust.example/jwks"}, "validation_failed", "/body/jwks_url"),
        ({"oauth_client_id": "../x"}, "validation_failed", "/body/oauth_client_id"),
    ],
    ids=[
        "no keys",
        "two ways",
        "a private key",
        "no key",
        "a secret",
        "scope",
        "a person",
        "a process",
        "in clear text",
        "name",
    ],
)
async def test_a_registration_that_cannot_be_trusted_is_refused(
    identity: Identity, changed: dict[str, Any], code: str, pointer: str
) -> None:
    answer = await (await identity.as_ops()).post("/v1/systems", json=System().registration(**changed))
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_name_is_registered_once(identity: Identity, system: System) -> None:
    again = await (await identity.as_ops()).post("/v1/systems", json=system.registration(id=str(uuid7())))
    assert (again.status_code, again.json()["code"]) == (409, "already_recorded")


async def test_the_discovery_document_says_where_and_how(identity: Identity) -> None:
    answer = await identity.nobody.get("/fhir/R4/.well-known/smart-configuration", headers={"Accept": "text/html"})
    told = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert told["token_endpoint"] == f"{API}/auth/token"
    assert told["token_endpoint_auth_signing_alg_values_supported"] == ["ES384", "RS384"]
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert {"grant_types_supported", "capabilities", "jwks_uri", "scopes_supported"} <= told.keys()


async def test_an_assertion_that_was_refused_for_its_scope_is_used(identity: Identity, system: System) -> None:
    assertion = system.assertion()
    refused = await identity.nobody.post("/auth/token", data=system.asks("system/*.cruds", client_assertion=assertion))
    again = await identity.nobody.post("/auth/token", data=system.asks(client_assertion=assertion))
    assert [answer.json()["error"] for answer in (refused, again)] == ["invalid_scope", "invalid_client"]


@pytest.mark.parametrize("header", [{"typ": []}, {"typ": None, "alg": []}, {"kid": {}}], ids=["typ", "alg", "kid"])
async def test_a_header_of_other_things_than_words_is_no_proof(
    identity: Identity, system: System, header: dict[str, Any]
) -> None:
    head = json.dumps({"alg": "ES384", "kid": "tie-1", "typ": "JWT", **header}).encode()
    forged = ".".join([b64(head), *system.assertion().split(".")[1:]])
    answer = await identity.nobody.post("/auth/token", data=system.asks(client_assertion=forged))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
