"""The development issuer says no in OAuth's words, whatever it is sent."""

import httpx
import pytest

from devissuer.main import Person, create_app

PEOPLE = {"tom": Person("tom", "nurse", "Nurse"), "tie": Person("tie", "integrator", "Integration engine")}


@pytest.fixture
def issuer() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=create_app(PEOPLE)), base_url="http://issuer")


@pytest.mark.parametrize("body", [b"person=\xff", b"person=nobody", b""], ids=["no ascii", "nobody", "nothing"])
async def test_a_form_that_gets_no_token_is_refused_in_oauths_words(issuer: httpx.AsyncClient, body: bytes) -> None:
    answer = await issuer.post("/dev/token", content=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_person_and_a_system_get_a_token(issuer: httpx.AsyncClient) -> None:
    for name in PEOPLE:
        answer = await issuer.post("/dev/token", data={"person": name})
        assert answer.json()["token_type"] == "Bearer"
