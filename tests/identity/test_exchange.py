"""What is carried from outside becomes a token for one service, if every part of it is right; nothing else does."""

import time
from typing import Any

import pytest
from joserfc.jwk import ECKey

from services.common.assertions import ASSERTION_TYPE, assertion, new_key, own_key, public_key
from services.common.peers import TOKENS_AT
from services.identity.main import SERVICE
from services.identity.settings import IdentitySettings
from tests.identity.conftest import Identity, claims_of
from tests.identity.providers import PROVIDER, Provider, System
from tests.running import NURSE, Databases, running
from tests.signing import CLIENT_KEY, ISSUER

NOW = int(time.time())


async def test_a_nurse_of_a_trust_becomes_a_nurse_at_one_service(identity: Identity) -> None:
    answer = await identity.exchanged(identity.provider.token(NURSE, acr="AAL2", auth_time=NOW - 60))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    claims = claims_of(answer.json()["access_token"], identity)
    told = {name: claims[name] for name in ("iss", "aud", "sub", "persona", "sid", "acr", "auth_time")}
    assert told == {
        "iss": ISSUER,
        "aud": "caseload",
        "sub": str(NURSE),
        "persona": "nurse",
        "sid": "staff:evening",
        "acr": "AAL2",
        "auth_time": NOW - 60,
    }
    assert 0 < claims["exp"] - claims["iat"] <= 300
    assert answer.json()["expires_in"] == claims["exp"] - claims["iat"]


async def test_no_token_outlives_the_one_it_was_exchanged_from(identity: Identity) -> None:
    answer = await identity.exchanged(identity.provider.token(NURSE, exp=int(time.time()) + 40))
    assert answer.json()["expires_in"] <= 40


HOSTILE: dict[str, dict[str, Any]] = {
    "expired": {"exp": NOW - 31},
    "no end": {"exp": None},
    "ten years": {"exp": NOW + 10 * 365 * 86400},
    "an end in words": {"exp": str(NOW + 36_000)},
    "not begun": {"iat": NOW + 36_000, "exp": NOW + 36_600},
    "not before": {"nbf": NOW + 36_000},
    "nobody's": {"sub": None},
    "for another": {"aud": "api://elsewhere"},
    "for nobody": {"aud": None},
    "another issuer": {"iss": "https://elsewhere.example"},
    "nearly the issuer": {"iss": PROVIDER + "/"},
    "without its port": {"iss": PROVIDER.replace(":443", "")},
    "our own": {"iss": ISSUER},
    "a process": {"persona": "service"},
    "a manager": {"persona": "manager"},
    "no role": {"persona": None},
    "an id token": {"typ": "JWT"},
    "a logout token": {"typ": "logout+jwt"},
    "a proof": {"typ": "dpop+jwt"},
}


@pytest.mark.parametrize("wrong", HOSTILE.values(), ids=HOSTILE)
async def test_a_token_with_one_wrong_part_is_exchanged_for_nothing(identity: Identity, wrong: dict[str, Any]) -> None:
    answer = await identity.exchanged(identity.provider.token(NURSE, **wrong))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert set(answer.json()) == {"error", "error_description"}


async def test_a_token_of_an_unknown_key_or_kind_is_exchanged_for_nothing(identity: Identity) -> None:
    good = identity.provider.token(NURSE)
    stranger = Provider(key=ECKey.generate_key("P-256", {"kid": identity.provider.key.kid}))
    inside = identity.running.issuer.token(str(NURSE), "nurse", "caseload")
    forged = [
        stranger.token(NURSE),
        Provider().token(NURSE),
        ".".join([*good.split(".")[:2], "AAAA"]),
        good + ".a.b",
        "x",
        "a" * 9000,
        inside,
        System().assertion(),
    ]
    for token in forged:
        answer = await identity.exchanged(token)
        assert answer.json().get("error") in {"invalid_grant", "invalid_request"}, token[:40]
    assert identity.provider.calls <= 2


async def test_many_made_up_keys_are_not_many_questions_to_the_provider(identity: Identity) -> None:
    await identity.exchanged(identity.provider.token(NURSE))
    for _ in range(30):
        unknown = Provider(key=ECKey.generate_key("P-256", {"kid": "made-up"}))
        assert (await identity.exchanged(unknown.token(NURSE))).status_code == 400
    assert identity.provider.calls <= 3


@pytest.mark.parametrize("identity", [{"assurances": {"AAL2": "AAL2", "AAL3": "AAL3"}}], indirect=True)
async def test_a_sign_in_that_is_not_sure_enough_is_none(identity: Identity) -> None:
    tokens = [identity.provider.token(NURSE, acr=acr) for acr in ("AAL3", "AAL1", None)]
    assert [(await identity.exchanged(token)).status_code for token in tokens] == [200, 400, 400]


@pytest.mark.parametrize(
    "identity",
    [{"subject_claim": "employee", "persona_claim": "roles", "personas": {"S8000:G8000:R8001": "nurse"}}],
    indirect=True,
)
async def test_a_provider_may_have_words_of_its_own_for_people_and_roles(identity: Identity) -> None:
    told = {"employee": str(NURSE), "roles": ["S0:G0:R0", "S8000:G8000:R8001"]}
    answer = await identity.exchanged(identity.provider.token("910", **told))
    claims = claims_of(answer.json()["access_token"], identity)
    assert (claims["sub"], claims["persona"]) == (str(NURSE), "nurse")
    unknown = await identity.exchanged(identity.provider.token("910", **{**told, "roles": ["nurse"]}))
    assert unknown.json()["error"] == "invalid_grant"


async def test_a_service_asks_another_in_the_name_of_whoever_called_it(identity: Identity) -> None:
    called_with = identity.running.issuer.token(str(NURSE), "nurse", "roster", scope="a:b", sid="staff:evening")
    answer = await identity.exchanged(called_with, "svc:roster", audience="caseload")
    claims = claims_of(answer.json()["access_token"], identity)
    told = [claims[name] for name in ("aud", "sub", "persona", "scope", "sid", "act")]
    assert told == ["caseload", str(NURSE), "nurse", "a:b", "staff:evening", {"sub": "svc:roster"}]


@pytest.mark.parametrize("process", ["svc:hr", "svc:gateway"])
async def test_only_the_service_that_was_called_may_exchange_what_it_was_called_with(
    identity: Identity, process: str
) -> None:
    called_with = identity.running.issuer.token(str(NURSE), "nurse", "roster")
    answer = await identity.exchanged(called_with, process)
    assert answer.json()["error"] == "invalid_grant"


async def test_a_process_gets_a_token_of_its_own_by_its_key(identity: Identity) -> None:
    answer = await identity.inside("svc:hr", grant_type="client_credentials", audience="interop")
    claims = claims_of(answer.json()["access_token"], identity)
    assert (claims["sub"], claims["persona"], claims["aud"]) == ("svc:hr", "service", "interop")


async def test_a_process_may_have_two_keys_while_it_changes_from_one_to_the_other(databases: Databases) -> None:
    old, new, another = new_key(), new_key(), new_key()
    known = {"svc:hr": {"keys": [public_key(old), public_key(new)]}, "svc:caseload": public_key(another)}
    async with running(databases, SERVICE, processes=known) as made:
        nobody = await made.client("identity", None)

        async def asked(pem: str) -> int:
            proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion(pem, "svc:hr", TOKENS_AT)}
            wanted = {"grant_type": "client_credentials", "audience": "caseload", **proof}
            answer = await nobody.post(TOKENS_AT, data=wanted)
            return int(answer.status_code)

        assert [await asked(pem) for pem in (old, new, another)] == [200, 200, 401]


@pytest.mark.parametrize(
    "told",
    [
        {"keys": []},
        {"keys": public_key(CLIENT_KEY)},
        {"keys": [public_key(CLIENT_KEY), public_key(CLIENT_KEY)]},
        {"keys": ["svc:hr"]},
        own_key(CLIENT_KEY).as_dict(private=True),
        {"kty": "EC"},
    ],
)
def test_what_is_no_public_key_of_a_process_ends_the_start_and_says_whose(told: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="CONFIG_PROCESS_KEY: IDENTITY_PROCESSES, svc:hr: ") as refused:
        IdentitySettings(app_env="test", processes={"svc:hr": told})
    assert str(own_key(CLIENT_KEY).as_dict(private=True)["d"]) not in str(refused.value)


async def test_nobody_else_is_one_of_our_processes(identity: Identity) -> None:
    wrong = [
        assertion(new_key(), "svc:hr", TOKENS_AT),
        identity.running.issuer.token("svc:hr", "service", TOKENS_AT),
        System(name="svc:hr").assertion(aud=TOKENS_AT),
        "",
        "x.y.z",
    ]
    for proof in wrong:
        form = {"grant_type": "client_credentials", "audience": "interop", "client_assertion_type": ASSERTION_TYPE}
        answer = await identity.nobody.post(TOKENS_AT, data={**form, "client_assertion": proof})
        assert answer.status_code in {400, 401}, proof
        assert answer.json()["error"] in {"invalid_client", "invalid_request"}


async def test_what_is_asked_for_amiss_is_said_in_oauths_words(identity: Identity) -> None:
    unknown_service = await identity.inside(grant_type="client_credentials", audience="caseload.evil")
    assert (unknown_service.status_code, unknown_service.json()["error"]) == (400, "invalid_target")
    unknown_grant = await identity.inside(grant_type="password")
    assert unknown_grant.json()["error"] == "unsupported_grant_type"
    as_json = await identity.nobody.post(TOKENS_AT, json={"grant_type": "client_credentials"})
    assert (as_json.status_code, as_json.json()["error"]) == (400, "invalid_request")
    twice = await identity.nobody.post(
        TOKENS_AT, content="audience=a&audience=b", headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert twice.json()["error"] == "invalid_request"


async def test_the_gateway_has_no_token_of_its_own_but_for_identity(identity: Identity) -> None:
    answers = [
        await identity.inside(grant_type="client_credentials", audience=name) for name in ("identity", "caseload")
    ]
    assert [answer.status_code for answer in answers] == [200, 400]


@pytest.mark.parametrize("persona", ["integrator", "council"])
async def test_a_provider_of_people_names_no_partners_systems(identity: Identity, persona: str) -> None:
    assert (await identity.exchanged(identity.provider.token("tie", persona))).json()["error"] == "invalid_grant"


async def test_a_provider_says_nothing_of_scopes(identity: Identity) -> None:
    answer = await identity.exchanged(identity.provider.token(NURSE, scope="system/*.cruds"))
    assert "scope" not in claims_of(answer.json()["access_token"], identity)
