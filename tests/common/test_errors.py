"""What escapes a use case becomes an answer that says whether to try again, and tells nothing of what was sent."""

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from services.common import errors

SECRET = "Zzcanary"


class FromPostgres(Exception):
    """What asyncpg raises, as far as anybody looks at it."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(SECRET)
        self.sqlstate = sqlstate


def broken(state: str, kind: type[DBAPIError] = IntegrityError) -> DBAPIError:
    return kind(f"insert {SECRET}", {"name": SECRET}, FromPostgres(state))


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (StaleDataError(SECRET), 503, "unavailable"),
        (broken("40P01", DBAPIError), 503, "unavailable"),
        (ConnectionError(SECRET), 503, "unavailable"),
        (asyncpg.CannotConnectNowError(SECRET), 503, "unavailable"),
        (asyncpg.InvalidCachedStatementError(SECRET), 503, "unavailable"),
        (broken("23505"), 409, "already_recorded"),
        (broken("23503"), 422, "unknown_reference"),
        (broken("23514"), 500, "internal"),
        (broken("22021", DBAPIError), 422, "unstorable_value"),
        (DBAPIError("insert", {}, asyncpg.DataError(SECRET)), 422, "unstorable_value"),
        (ValueError(SECRET), 500, "internal"),
    ],
)
async def test_what_escapes_becomes_an_answer(error: Exception, status: int, code: str) -> None:
    app = FastAPI()
    errors.install(app)

    @app.get("/")
    async def fails() -> None:
        raise error

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service:8000") as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["errors"][0]["way_out"]
    assert SECRET not in answer.text
    assert ("retry-after" in answer.headers) == (status == 503)


class Asked(BaseModel):
    """A body with a list and a map in it."""

    model_config = ConfigDict(extra="forbid")
    sizes: list[int] = []
    by_name: dict[str, int] = {}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"9990000018": SECRET}, "/body"),
        ({SECRET: 1}, "/body"),
        ({"by_name": {"9990000018": SECRET}}, "/body/by_name"),
        ({"by_name": {SECRET: SECRET}}, "/body/by_name"),
        ({"sizes": [1, SECRET]}, "/body/sizes/1"),
        ({"colour": SECRET}, "/body/colour"),
    ],
)
async def test_a_field_is_named_and_what_somebody_made_up_as_a_name_is_not(body: object, pointer: str) -> None:
    app = FastAPI()
    errors.install(app)

    @app.post("/")
    async def takes(asked: Asked) -> None:
        raise AssertionError("it was taken")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://service:8000") as client:
        answer = await client.post("/", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert SECRET not in answer.text
    assert "9990000018" not in answer.text
