"""Routes at which nobody is signed in: whoever comes has been given a link, and the link is all that they may use."""

from typing import Annotated

from fastapi import Depends, Request

from services.common.auth import Persona, Principal
from services.common.db import Transaction
from services.common.http import TransactionRoute

# Of no team, and so bound by what the link that was shown is for.
NOBODY = Principal(subject="nobody", persona=Persona.SERVICE)


class OpenRoute(TransactionRoute):
    """One transaction, as everywhere, for whoever comes. What is sent twice is known by its id."""

    honours_idempotency_key = False

    async def actor(self, request: Request) -> Principal:
        return NOBODY


class OpenPage(OpenRoute):
    """The same page for everybody; that somebody looked at it is not put on record."""

    is_put_on_record = False


async def _transaction(request: Request) -> Transaction:
    transaction: Transaction = request.state.transaction
    return transaction


Open = Annotated[Transaction, Depends(_transaction)]
