"""Which published keys are believed, and for how long."""

from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from services.common import keys

ONE = ECKey.generate_key("P-256", {"kid": "a"}).as_dict(private=False)


@pytest.mark.parametrize(
    "published",
    [
        {"keys": []},
        {"keys": "all"},
        {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "a"}]},
        {"keys": [ECKey.generate_key("P-256", {"kid": "a"}).as_dict(private=True)]},
        {"keys": [{**ECKey.generate_key("P-256").as_dict(private=False), "kid": "a"}] * 2},
    ],
    ids=["none", "no list", "a secret", "a private key", "two of one name"],
)
def test_what_must_not_be_published_is_no_key(published: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="key"):
        keys.public_keys(published)


def test_a_kind_of_key_that_is_not_known_is_left_out() -> None:
    later = {"kty": "AKP", "kid": "b", "alg": "ML-DSA-44", "pub": "AA"}
    strange = {"kty": "EC", "crv": "brainpoolP256r1", "x": "AA", "y": "AA", "kid": "c"}
    assert [key.kid for key in keys.public_keys({"keys": [later, strange, ONE]}).keys] == ["a"]
    with pytest.raises(ValueError, match="no key"):
        keys.public_keys({"keys": [later, strange]})


@pytest.mark.parametrize(
    ("cache_control", "seconds"),
    [
        ("", keys.FRESH_SECONDS),
        ("public, max-age=60", 60),
        ("max-age=864000", keys.FRESH_SECONDS),
        ("no-store", keys.RETRY_SECONDS),
        ("no-cache, max-age=300", keys.RETRY_SECONDS),
        ("max-age=1", keys.RETRY_SECONDS),
        ("max-age=soon", keys.FRESH_SECONDS),
    ],
)
async def test_keys_are_asked_for_again_when_their_issuer_says(
    cache_control: str, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def answer(_: httpx.Request) -> httpx.Response:
        asked.append(1)
        return httpx.Response(200, json={"keys": [ONE]}, headers={"Cache-Control": cache_control})

    now = [1000.0]
    monkeypatch.setattr(keys.time, "monotonic", lambda: now[0])
    source = keys.KeySource("https://id.example/jwks", httpx.AsyncClient(transport=httpx.MockTransport(answer)))
    for after, times in ((0.0, 1), (seconds - 1.0, 1), (seconds + 1.0, 2)):
        now[0] = 1000.0 + after
        await source.for_kid("a")
        assert len(asked) == times
