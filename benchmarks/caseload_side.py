"""Two processes of `benchmarks.caseload`: `bare`, the same answers by FastAPI and asyncpg alone, and `identity`.

`python -m benchmarks.caseload_side NAME PORT`; the settings are in the environment. The bare side says who acts to
row-level security in a transaction, asks the same statement and gives the bytes on. It verifies no token, checks no
parameter, and puts nothing on record but under /audited. What a push is there says `benchmarks.bare_push`.
"""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import typer
import uvicorn
from fastapi import FastAPI, Request, Response
from sqlalchemy import Uuid as Id
from sqlalchemy import bindparam
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from uuid6 import uuid7

from benchmarks.bare_push import insert_each
from benchmarks.caseload_nurses import Signing
from services.caseload.api.record_shapes import ClientRecord
from services.caseload.api.shapes import ClientShape, ReferralShape
from services.caseload.domain.client import Client
from services.caseload.domain.referral import NewReferral, Referral
from services.caseload.domain.sync_operation import Pushed
from services.caseload.store import whole_record
from services.common.prepared import Prepared
from services.common.written_pages import told_rows

ENTER = "select app_enter($1, $2, false, $3)"
AUDIT = """
    insert into audit_event (issuer, subject, persona, action, operation, entity_type, entity_id, client_ids, team,
        purpose, outcome, request_id)
    values ('bare', $1, 'nurse', 'R', 'GET', 'client', $2, array[$2]::uuid[], $3, 'TREAT', 0, $4)
"""
KEEP = """
    insert into referral (id, version, changed_at, team_id, given_name, family_name, birth_on, sex, nhs_number_status,
        address_line, postcode, phone, source, kind, reason, urgency, received_at, health_need, status)
    values ($1, 1, $2, $3, $4, $5, $6, $7, '07', $8, $9, $10, $11, 'referral', $12, $13, $14, $15, 'received')
"""
TELL = """
    insert into outbox (id, type, subject, key, aggregate_version, envelope)
    values ($1, 'caseload.referral.received.v1', $2, $2, 1, $3)
"""
# Larger than any team of the seed, so that there is no page after it.
MOST = 101


def _of_team(model: Any, shape: Any) -> Prepared:
    table = model.__table__
    mine = told_rows(table, shape).where(table.c.team_id == bindparam("team_id", type_=Id))
    return Prepared(mine.limit(MOST))


RECORD = whole_record._statement(ClientRecord)
LISTS = {"clients": _of_team(Client, ClientShape), "referrals": _of_team(Referral, ReferralShape)}


class Bare:
    """FastAPI and a pool of asyncpg's, and nothing else."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.pool: Any = None

    def app(self) -> FastAPI:
        app = FastAPI(lifespan=self._pooled)
        for prefix in ("", "/audited"):
            app.add_api_route(f"{prefix}/v1/clients/{{client_id}}", self.record)
        app.add_api_route("/v1/{listed}", self.page)
        app.add_api_route("/v1/sync/push", self.push, methods=["POST"])
        app.add_api_route("/v1/referrals", self.refer, methods=["POST"], status_code=201, response_model=ReferralShape)
        return app

    @asynccontextmanager
    async def _pooled(self, _: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(self.address, min_size=10, max_size=10) as self.pool:
            yield

    @asynccontextmanager
    async def _acting(self, request: Request) -> AsyncIterator[Any]:
        """A transaction that row-level security knows the actor of."""
        employee = request.headers["x-employee"]
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.fetchval(ENTER, employee, UUID(employee), datetime.now(UTC).date())
            yield connection

    async def record(self, client_id: UUID, request: Request) -> Response:
        async with self._acting(request) as connection:
            values = RECORD.values({"client_id": client_id, "every_team": False, "shown": None})
            row = await connection.fetchrow(RECORD.text, *values)
            if request.url.path.startswith("/audited"):
                await connection.execute(AUDIT, request.headers["x-employee"], client_id, row["team_id"], uuid7())
        return _written(row["document"], {"ETag": f'"{row["version"]}"'})

    async def page(self, listed: str, team_id: UUID, request: Request, limit: int = 50) -> Response:
        async with self._acting(request) as connection:
            rows = await connection.fetch(LISTS[listed].text, *LISTS[listed].values({"team_id": team_id}))
        return _written(f'{{"items":[{",".join(row["document"] for row in rows)}],"next_cursor":null}}')

    async def refer(self, new: NewReferral, request: Request) -> object:
        made = Referral.received(new, datetime.now(UTC))
        async with self._acting(request) as connection:
            await connection.execute(KEEP, *_columns(made))
            data = {"referral_id": str(made.id), "team_id": str(made.team_id), "source": made.source}
            event = {"specversion": "1.0", "id": str(uuid7()), "type": "caseload.referral.received.v1", "data": data}
            await connection.execute(TELL, UUID(str(event["id"])), f"referral/{made.id}", json.dumps(event))
        return made

    async def push(self, pushed: Pushed, request: Request) -> object:
        async with self._acting(request) as connection:
            await insert_each(connection, pushed.operations, UUID(request.headers["x-employee"]))
        same = ("operation_id", "sequence")
        results = [{**{name: one[name] for name in same}, "outcome": "applied"} for one in pushed.operations]
        return {"through": results[-1]["sequence"], "results": results}


def _columns(made: Referral) -> tuple[UUID | datetime | date | str | bool | None, ...]:
    person = (made.given_name, made.family_name, made.birth_on, made.sex, made.address_line, made.postcode, made.phone)
    why = (made.source, made.reason, made.urgency, made.received_at, made.health_need)
    return (made.id, made.changed_at, made.team_id, *person, *why)


def _written(document: str, headers: dict[str, str] | None = None) -> Response:
    return Response(document, media_type="application/json", headers=headers)


def identity(signing: Signing) -> Starlette:
    """The keys, and nobody whose sign-in has ended."""

    async def keys(_: Request) -> Response:
        return JSONResponse(signing.jwks())

    async def token(_: Request) -> Response:
        return JSONResponse({"access_token": signing.of_process("identity"), "token_type": "Bearer", "expires_in": 300})

    async def ended(_: Request) -> Response:
        return JSONResponse({})

    return Starlette(
        routes=[
            Route("/inside/jwks", keys),
            Route("/inside/token", token, methods=["POST"]),
            Route("/inside/revocations", ended),
        ]
    )


def main(name: str, port: int) -> None:
    """Serve until killed."""
    if name == "identity":
        side: Any = identity(Signing(os.environ["BENCH_KEY"]))
    else:
        side = Bare(os.environ["BENCH_DATABASE"]).app()
    uvicorn.run(side, host="127.0.0.1", port=port, http="httptools", access_log=False, log_level="warning")


if __name__ == "__main__":
    typer.run(main)
