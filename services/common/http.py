"""Routes: who may call, one transaction around each call, versions as ETags."""

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any, ClassVar, TypeVar

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.routing import APIRoute

from services.common import body, idempotency, openapi, query
from services.common.access import ByNurse as ByNurse
from services.common.access import guards
from services.common.audit.entry import Entry
from services.common.audit.operation import Operation
from services.common.audit.refusals import put_on_record
from services.common.auth import Principal
from services.common.db import Database, Transaction
from services.common.errors import PreconditionRequired, ServiceError
from services.common.tokens import TokenVerifier

RowT = TypeVar("RowT")


class TransactionRoute(APIRoute):
    """One request is one transaction. It commits before the answer leaves, so no answer can outrun a failed commit.

    Its row in the audit trail is part of it; a refusal's is written after the rollback.
    """

    # Where a partners' standard has a rule of its own against doing a thing twice, that rule stands alone.
    honours_idempotency_key: ClassVar[bool] = True
    # What our processes ask all the time about nobody in particular is not put on record, unless it is refused.
    is_put_on_record: ClassVar[bool] = True

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if self.honours_idempotency_key and "POST" in (options.get("methods") or ()) and not is_search(path):
            options["openapi_extra"] = {"parameters": [openapi.IDEMPOTENCY_KEY], **(options.get("openapi_extra") or {})}
        super().__init__(path, endpoint, **options)
        self.guards = tuple(guards(self.dependant))
        for guard in self.guards:
            self.openapi_extra = (self.openapi_extra or {}) | guard.described()

    @property
    def needs_idempotency_key(self) -> bool:
        """Whether it makes or moves something; what only reads may be sent as often as one likes."""
        return self.honours_idempotency_key and "POST" in (self.methods or ()) and not is_search(self.path)

    def check_query(self, request: Request, known: frozenset[str]) -> None:
        """Check it before any rule sees it; a standard may have a rule of its own for what it does not know."""
        query.check(request, known)

    async def read_body(self, request: Request) -> None:
        """Check the body before any rule sees it; a route that must keep what it refuses reads it itself."""
        await body.read(request)

    async def ask_around(self, request: Request, actor: Principal) -> None:
        """Ask other services for what the rules will need, before there is a transaction; most routes need nothing."""

    async def actor(self, request: Request) -> Principal:
        """Who asks. Raises `Unauthorised` or `InvalidToken`."""
        verifier: TokenVerifier = request.app.state.verifier
        return await verifier.principal(_authorization(request))

    def opened(
        self, request: Request, actor: Principal, record: Entry | None
    ) -> AbstractAsyncContextManager[Transaction]:
        """The transaction that this is done in."""
        database: Database = request.app.state.database
        return database.transaction(actor, record=record)

    async def handled(self, request: Request, handle: idempotency.Handle) -> Response:
        """The answer, within the transaction; what is raised rolls it back."""
        return await handle(request)

    async def give_again(self, request: Request, transaction: Transaction, kept: Response) -> None:
        """Before a kept answer is given again: some hold for a time, or for whoever still has what they tell of."""

    async def _look_over(self, request: Request, actor: Principal, known: frozenset[str]) -> None:
        """Whether it is admitted: before a byte of the body is read, and before a kept answer is given again."""
        for guard in self.guards:
            guard.admit(actor)
        self.check_query(request, known)
        await self.read_body(request)
        await self.ask_around(request, actor)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle, operation = super().get_route_handler(), Operation.of(self)
        known = query.names_of(self.dependant)

        async def answer(request: Request, record: Entry) -> Response:
            try:
                await self._look_over(request, record.actor, known)
            finally:
                record.ask(request, operation)
            kept = record if self.is_put_on_record else None
            async with self.opened(request, record.actor, kept) as transaction:
                request.state.transaction = transaction
                if self.needs_idempotency_key:
                    response = await idempotency.once(request, transaction, self.path, handle)
                    if idempotency.REPLAYED in response.headers:
                        await self.give_again(request, transaction, response)
                else:
                    response = await self.handled(request, handle)
                record.answer(response)
            return response

        async def handler(request: Request) -> Response:
            actor = await self.actor(request)
            record = Entry.of(request, operation, actor)
            try:
                return await answer(request, record)
            except Exception as error:
                await put_on_record(request.app.state.database, record, error)
                raise

        return handler


class ToldOnceRoute(TransactionRoute):
    """What it answers holds a secret: it is told once and kept nowhere, not even to be told again."""

    honours_idempotency_key = False

    async def handled(self, request: Request, handle: idempotency.Handle) -> Response:
        response = await super().handled(request, handle)
        response.headers["Cache-Control"] = "no-store"
        return response


async def transaction_of(request: Request) -> Transaction:
    """The request's own, for routes at which nobody is signed in; everywhere else `Requires` hands it out."""
    transaction: Transaction = request.state.transaction
    return transaction


def is_search(path: str) -> bool:
    """A search that is asked by POST, so that what it looks for is in no address."""
    return path.endswith("/_search")


class AmbiguousHeader(ServiceError):
    field = "/header/Authorization"
    way_out = "Send one Authorization header."


def _authorization(request: Request) -> str | None:
    sent = request.headers.getlist("authorization")
    if len(sent) > 1:
        raise AmbiguousHeader("The Authorization header was sent more than once.")
    return sent[0] if sent else None


def api_router(*, prefix: str = "/v1", tags: list[str]) -> APIRouter:
    """A router whose routes each run in one transaction."""
    return APIRouter(prefix=prefix, tags=list(tags), route_class=TransactionRoute)


class BadETag(ServiceError):
    field = "/header/If-Match"
    way_out = 'Send the ETag as it was given, such as "3".'


async def if_match(
    value: Annotated[str | None, Header(alias="If-Match", max_length=40, description="The ETag last read.")] = None,
) -> int:
    """The version that the caller last read. Raises `PreconditionRequired` without one, `BadETag` if unreadable."""
    if value is None:
        raise PreconditionRequired("This change needs to say which version it was made on.")
    text = value.removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit():
        raise BadETag("This ETag cannot be read.")
    return int(text)


async def if_match_or_new(
    if_match_: Annotated[str | None, Header(alias="If-Match", max_length=40, description="The ETag last read.")] = None,
    if_none_match: Annotated[
        str | None, Header(alias="If-None-Match", max_length=1, description="`*` for what is to be new.")
    ] = None,
) -> int | None:
    """The version last read, or None for what is to be new. Raises `PreconditionRequired` or `BadETag`."""
    if if_none_match is None:
        return await if_match(if_match_)
    if if_none_match != "*" or if_match_ is not None:
        raise BadETag("These preconditions cannot both hold.")
    return None


IfMatch = Annotated[int, Depends(if_match)]
IfMatchOrNew = Annotated[int | None, Depends(if_match_or_new)]


def etag(response: Response, row: Any) -> None:
    response.headers["ETag"] = f'"{row.version}"'


def tagged(row: RowT, response: Response) -> RowT:
    """The row, with its version in the answer's header."""
    etag(response, row)
    return row


def written(document: str, *, version: int | None = None) -> Response:
    """An answer that the database wrote in the shape that the route documents."""
    headers = {} if version is None else {"ETag": f'"{version}"'}
    return Response(document, media_type="application/json", headers=headers)
