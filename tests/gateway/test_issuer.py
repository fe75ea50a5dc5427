"""The development issuer says no in OAuth's words, whatever it is sent."""

import httpx
import pytest

from devissuer.main import Person, create_app

SECRET = "only-for-tests"
PEOPLE = {"tom": Person("tom", "nurse", "Nurse")}


@pytest.fixture
def issuer() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=create_app(PEOPLE, SECRET)), base_url="http://issuer")


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("/dev/token", b"person=\xff", 400, "invalid_request"),
        ("/dev/token", b"person=nobody", 400, "invalid_request"),
        ("/dev/token", b"", 400, "invalid_request"),
        ("/token", b"grant_type=client_credentials&client_secret=\xff", 400, "invalid_request"),
        ("/token", b"grant_type=client_credentials&client_secret=%ff", 401, "invalid_client"),
        ("/token", b"client_secret=only-for-tests", 401, "invalid_client"),
    ],
)
async def test_a_form_that_gets_no_token_is_refused_in_oauths_words(
    issuer: httpx.AsyncClient, path: str, body: bytes, status: int, error: str
) -> None:
    answer = await issuer.post(path, content=body)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_a_person_and_a_service_get_a_token(issuer: httpx.AsyncClient) -> None:
    person = await issuer.post("/dev/token", data={"person": "tom"})
    asked = {"grant_type": "client_credentials", "client_id": "hr", "client_secret": SECRET}
    service = await issuer.post("/token", data=asked)
    assert [answer.json()["token_type"] for answer in (person, service)] == ["Bearer", "Bearer"]
