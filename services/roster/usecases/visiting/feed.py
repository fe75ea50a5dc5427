"""Calendar feeds: a person's own shifts and visits in the calendar of their telephone."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.errors import NotFound
from services.common.paging import PageRequest, page
from services.roster.domain.feed import CalendarFeed, Entry, NewCalendarFeed, calendar_of
from services.roster.domain.move_wish import LinkEnded, LinkUnknown, fingerprint, new_link
from services.roster.store import feeds as store


async def make_calendar_feed(tx: Transaction, new: NewCalendarFeed) -> tuple[CalendarFeed, str]:
    """A link of one's own, told once. Raises `NotFound` for whoever is no employee."""
    by = tx.actor.employee_id
    if by is None:
        raise NotFound("employee")
    link = new_link()
    feed = CalendarFeed.made(new, by, link, tx.now)
    tx.add(feed)
    await tx.session.flush()
    return feed, link


async def list_calendar_feeds(tx: Transaction, request: PageRequest) -> dict[str, Any]:
    """The caller's own."""
    return await page(tx, store.feeds_of(tx.actor.employee_id), CalendarFeed, request)


async def revoke_calendar_feed(tx: Transaction, feed_id: UUID, if_match: int) -> CalendarFeed:
    """The link opens nothing more. Raises `NotFound` for somebody else's, and `PreconditionFailed`."""
    feed: CalendarFeed = await tx.get(CalendarFeed, feed_id, lock=True)
    if feed.employee_id != tx.actor.employee_id:
        raise NotFound("calendar_feed")
    require_version(feed, if_match)
    feed.revoke(tx.now)
    await tx.session.flush()
    return feed


async def read_calendar(tx: Transaction, link: str) -> bytes:
    """What a calendar reads at a link: from two months ago on. Raises `LinkUnknown` or `LinkEnded`."""
    feed = await store.by_link(tx, fingerprint(link))
    if feed is None:
        raise LinkUnknown
    if feed.revoked_at is not None:
        raise LinkEnded
    shifts = await store.shifts_of(tx, feed.employee_id)
    visits = await store.visits_of(tx, feed.employee_id)
    return calendar_of([*map(Entry.of_shift, shifts), *map(Entry.of_visit, visits)])
