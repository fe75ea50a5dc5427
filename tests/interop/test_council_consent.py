"""A fact's own day in England decides whether the client had agreed by then, however late it becomes known."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from services.common.auth import SYSTEM
from services.interop.domain.share import Basis, NewShare, Share, SharedField
from tests.interop.council import (
    Council,
    a_share,
    agree,
    change_plan,
    connect,
    days_ago,
    end,
    queued,
    start_reablement,
    support,
    take_on,
    withdraw,
)
from tests.interop.records import Caseload
from tests.running import Running, until


@pytest.mark.parametrize(
    ("consented_on", "started_at", "is_sent"),
    [
        ("2026-07-02", "2026-07-01T23:30:00Z", True),  # half past midnight in England
        ("2026-07-02", "2026-07-01T22:59:59Z", False),
        ("2026-07-01", "2026-07-01T23:30:00Z", True),
        ("2026-07-03", "2026-07-02T22:59:59Z", False),
        ("2026-10-25", "2026-10-24T23:00:00Z", True),  # the day on which the clocks go back
        ("2026-10-26", "2026-10-25T23:30:00Z", False),
        ("2026-11-20", "2026-11-19T23:30:00Z", False),
        ("2026-11-20", "2026-11-20T00:00:00Z", True),
    ],
)
async def test_support_given_before_the_day_of_consent_is_not_sent(
    system: Running, caseload: Caseload, consented_on: str, started_at: str, is_sent: bool
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id, consented_on=consented_on)
    await support(system, client_id, started_at=started_at)
    assert await queued(system) == is_sent


async def test_a_change_of_plan_and_reablement_keep_to_their_own_day(
    system: Running, caseload: Caseload, council: Council
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id, consented_on="2026-11-17", fields=["plan_version", "started_on"])
    await change_plan(system, client_id, changed_at="2026-11-16T23:59:59Z")
    await start_reablement(system, client_id)  # on 16 November
    assert await queued(system) == 0
    await change_plan(system, client_id, changed_at="2026-11-17T00:00:00Z")
    await until(lambda: council.heard)
    assert await queued(system) == 1


async def test_a_share_without_consent_covers_the_day_of_its_agreement(system: Running, caseload: Caseload) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    share = await agree(system, client_id, connection_id, basis="legal_duty", consented_on=None)
    await made_at(system, share["id"], datetime(2026, 7, 1, 23, 30, tzinfo=UTC))
    await support(system, client_id, started_at="2026-07-01T22:59:59Z")
    assert await queued(system) == 0
    await support(system, client_id, started_at="2026-07-01T23:00:00Z")
    assert await queued(system) == 1


async def test_withdrawing_and_looking_at_a_share_tell_when_it_was_agreed(system: Running, caseload: Caseload) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    share = await agree(system, client_id, connection_id)
    nurse = await system.nurse("interop")
    withdrawn = (await nurse.post(f"/v1/shares/{share['id']}/withdraw")).json()
    assert withdrawn["agreed_at"] == share["agreed_at"] < withdrawn["withdrawn_at"]


async def test_a_consent_that_was_withdrawn_is_not_used_again(system: Running, caseload: Caseload) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    for withdrawn in (5, 3):
        first = await agree(system, client_id, connection_id, consented_on=days_ago(withdrawn + 1))
        await withdraw(system, first, withdrawn)
    nurse = await system.nurse("interop")
    for reused in (10, 4):
        share = a_share(client_id, connection_id, consented_on=days_ago(reused))
        refused = await nurse.post("/v1/shares", json=share)
        assert (refused.status_code, refused.json()["code"]) == (422, "consent_withdrawn_since")
        (error,) = refused.json()["errors"]
        assert (error["pointer"], "agreed anew" in error["way_out"]) == ("/body/consented_on", True)
    await agree(system, client_id, connection_id, consented_on=days_ago(3))
    await support(system, client_id, started_at=f"{days_ago(4)}T12:00:00Z")
    assert await queued(system) == 0
    await support(system, client_id, started_at=f"{days_ago(3)}T12:00:00Z")
    assert await queued(system) == 1


async def test_a_withdrawal_from_one_council_says_nothing_about_another(system: Running, caseload: Caseload) -> None:
    one, other, client_id = await connect(system), await connect(system), await take_on(system, caseload)
    await withdraw(system, await agree(system, client_id, one))
    await agree(system, client_id, other)
    await agree(system, client_id, one, basis="legal_duty", consented_on=None)


async def test_a_share_may_be_agreed_anew_once_it_has_ended(system: Running, caseload: Caseload) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await end(system, await agree(system, client_id, connection_id, until_on=days_ago(0)))
    again = await agree(system, client_id, connection_id, consented_on=days_ago(0), until_on=days_ago(0))
    nurse = await system.nurse("interop")
    twice = await nurse.post("/v1/shares", json=a_share(client_id, connection_id))
    assert (twice.status_code, twice.json()["code"]) == (409, "already_shared")
    await support(system, client_id, started_at=f"{days_ago(0)}T00:00:00Z")
    assert await queued(system) == 1
    listed = (await nurse.get(f"/v1/shares?client_id={client_id}")).json()["items"]
    assert [item["id"] for item in listed][1:] == [again["id"]]


@pytest.mark.parametrize(
    ("consented_on", "agreed_at", "first_day"),
    [
        (date(2026, 7, 1), datetime(2026, 7, 5, 12, tzinfo=UTC), date(2026, 7, 1)),
        (None, datetime(2026, 7, 1, 22, 59, tzinfo=UTC), date(2026, 7, 1)),
        (None, datetime(2026, 7, 1, 23, 30, tzinfo=UTC), date(2026, 7, 2)),
        (None, datetime(2026, 12, 1, 23, 30, tzinfo=UTC), date(2026, 12, 1)),
    ],
)
def test_a_share_covers_its_first_day_and_none_before(
    consented_on: date | None, agreed_at: datetime, first_day: date
) -> None:
    new = NewShare(
        id="01938000-0000-7000-8000-0000000000f1",
        client_id=uuid4(),
        connection_id=uuid4(),
        purpose="One plan",
        basis=Basis.CONSENT if consented_on else Basis.BEST_INTERESTS,
        consented_on=consented_on,
        fields=[SharedField.CHANNEL],
        council_ref="LAS-1",
    )
    share = Share.agreed(new, uuid4(), None, agreed_at, date(2026, 12, 31))
    assert share.covers(first_day)
    assert not share.covers(first_day - timedelta(days=1))


async def made_at(system: Running, share_id: str, at: datetime) -> None:
    """The share was agreed at this instant."""
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        table = tx.metadata.tables["share"]
        await tx.session.execute(table.update().where(table.c.id == share_id).values(agreed_at=at))
