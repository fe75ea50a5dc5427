"""The searches that are asked most, by tokens, ids and patients alone: their statements are made once for each shape.

To put one together anew costs as much as to run it.
"""

from functools import lru_cache

from sqlalchemy import ARRAY, Integer, Text, Uuid, any_, bindparam, select
from sqlmodel import col

from services.common.db import Transaction
from services.common.paging import PageRequest
from services.common.prepared import Prepared
from services.common.reach import OWN_TEAMS
from services.interop.domain.resource import Kept, Resource
from services.interop.fhir.asked import Search
from services.interop.store import kept
from services.interop.store.resources import is_type

# A search of more parts is put together when it is asked, so that nobody fills the memory with shapes.
MOST_PARTS = 6

shown_id = col(Resource.resource_id)


def is_plain(search: Search) -> bool:
    """Whether nothing else is asked for."""
    others = (search.changed, search.times, search.amounts, search.of_patients, search.had)
    parts = len(search.tokens) + len(search.ids) + len(search.patients)
    return parts <= MOST_PARTS and not any(others) and all(one.is_there and not one.together for one in search.tokens)


async def page(
    tx: Transaction, resource_type: str, search: Search, request: PageRequest
) -> tuple[list[Kept], str | None]:
    """A page in the order of the ids that are shown, and where it goes on."""
    lists = {
        **{f"tokens{place}": asked.tokens for place, asked in enumerate(search.tokens)},
        **{f"ids{place}": ids for place, ids in enumerate(search.ids)},
        **{f"patients{place}": ids for place, ids in enumerate(search.patients)},
    }
    statement = _statement(
        tuple(lists), tx.actor.is_team_bound, search.finds_few, request.after is not None, search.newest_first
    )
    told = {"kind": resource_type, **lists, "after": request.after, "most": request.limit + 1}
    items, goes_on = await kept.first(tx, statement, told, request.limit)
    return items, request.next_cursor(items[-1].resource_id) if goes_on else None


@lru_cache(maxsize=256)
def _statement(
    lists: tuple[str, ...], is_team_bound: bool, finds_few: bool, goes_on: bool, newest_first: bool
) -> Prepared:
    of_type = is_type(bindparam("kind", type_=Text), by_index=not finds_few)
    wanted = select(*kept.COLUMNS).where(of_type)
    for name in lists:
        if name.startswith("tokens"):
            tokens = bindparam(name, type_=ARRAY(Text))
            wanted = wanted.where(Resource.__table__.c.tokens.overlap(tokens))  # type: ignore[attr-defined]
        else:
            of = col(Resource.client_id) if name.startswith("patients") else shown_id
            wanted = wanted.where(of == any_(bindparam(name, type_=ARRAY(Uuid))))
    if is_team_bound:
        wanted = wanted.where(col(Resource.team_id) == any_(OWN_TEAMS))
    if goes_on:
        after = bindparam("after", type_=Uuid)
        wanted = wanted.where(shown_id < after if newest_first else shown_id > after)
    order = shown_id.desc() if newest_first else shown_id
    return Prepared(wanted.order_by(order).limit(bindparam("most", type_=Integer)))
