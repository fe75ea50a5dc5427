"""Questions to other services: whatever is away is waited for, and a token that is refused is renewed."""

import httpx
import pytest

from services.common.errors import NotFound, Unavailable
from services.common.peers import Peers
from tests.running import settings_for


class Neighbourhood:
    """An issuer and a sister service. It knows `token` only, and may be away."""

    def __init__(self, *, away: str = "") -> None:
        self.token, self.granted, self.away = "first", 0, away

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == self.away:
            raise httpx.ConnectError("refused")
        if request.url.path == "/inside/token":
            self.granted += 1
            return httpx.Response(200, json={"access_token": self.token, "expires_in": 900})
        if request.headers["authorization"] != f"Bearer {self.token}":
            return httpx.Response(401)
        return httpx.Response(404) if request.url.path == "/v1/nothing" else httpx.Response(200, json={"id": 1})


def peers(around: Neighbourhood) -> Peers:
    return Peers("test", settings_for("unused"), httpx.AsyncClient(transport=httpx.MockTransport(around)))


async def test_a_sister_service_answers() -> None:
    asking = peers(around := Neighbourhood())
    assert [await asking.get("interop", "/v1/things/1") for _ in range(2)] == [{"id": 1}] * 2
    assert around.granted == 1
    with pytest.raises(NotFound):
        await asking.get("interop", "/v1/nothing")


@pytest.mark.parametrize("away", ["interop", "identity"])
async def test_who_does_not_answer_is_away_for_the_moment(away: str, caplog: pytest.LogCaptureFixture) -> None:
    asking = peers(Neighbourhood(away=away))
    asking._tokens["hr"] = "a-token", 0.0
    with pytest.raises(Unavailable):
        await asking.get("interop", "/v1/things/1")
    told = [vars(record) for record in caplog.records if record.levelname == "WARNING"]
    assert [one["message"] for one in told] == ["asked again"] * 2
    assert "a-token" not in str(told)


async def test_a_token_that_is_refused_is_asked_for_anew_once() -> None:
    asking = peers(around := Neighbourhood())
    await asking.get("interop", "/v1/things/1")
    around.token = "second"
    assert await asking.get("interop", "/v1/things/1") == {"id": 1}
    assert around.granted == 2
