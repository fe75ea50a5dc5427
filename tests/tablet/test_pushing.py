"""What a push carries, and what the app does where it does not get through or is not taken."""

import httpx
import pytest

from demo.tablet.__main__ import _send
from demo.tablet.app import NoSignal, NotNow, NotTaken
from tests.caseload.photographs import a_jpeg
from tests.caseload.story import OnCaseload, take_on
from tests.caseload.sync.rounds import has_wound
from tests.running import Running
from tests.tablet.line import OnTablet


async def visited(caseload: Running, tablet: OnTablet, times: int) -> OnCaseload:
    client = await take_on(caseload)
    for _ in range(times):
        tablet.app.note("record_care_contact", tablet.visit(client.episode_id))
    return client


def takes_at_most(tablet: OnTablet, most: int, status: int, code: str) -> None:
    """Something between here and the server that no larger push gets through."""

    def between(request: httpx.Request) -> httpx.Response | None:
        is_push = request.url.path == "/v1/sync/push"
        too_large = is_push and tablet.line.sizes[-1] > most
        return httpx.Response(status, json={"code": code}) if too_large else None

    tablet.line.between = between


async def pushed_again(tablet: OnTablet, tries: int) -> None:
    """Raises what the last try does."""
    for left in reversed(range(tries)):
        try:
            await tablet.app.push()
        except (NoSignal, NotNow):
            if not left:
                raise
        else:
            return


async def test_a_push_that_was_too_slow_is_sent_in_halves_and_then_in_larger_parts_again(
    caseload: Running, tablet: OnTablet
) -> None:
    await visited(caseload, tablet, 8)
    takes_at_most(tablet, 2, 408, "body_too_slow")
    with pytest.raises(NotNow) as refused:
        await tablet.app.push()
    assert (refused.value.status, refused.value.code) == (408, "body_too_slow")
    await pushed_again(tablet, 4)
    assert tablet.line.sizes == [8, 4, 2, 4, 2, 4, 2, 2]
    assert set(tablet.app.queue.outcomes().values()) == {"applied"}


async def test_a_push_that_was_too_large_is_sent_in_halves_at_once(caseload: Running, tablet: OnTablet) -> None:
    await visited(caseload, tablet, 5)
    takes_at_most(tablet, 2, 413, "too_large")
    await tablet.app.push()
    assert tablet.line.sizes == [5, 2, 3, 1, 2]
    assert set(tablet.app.queue.outcomes().values()) == {"applied"}


async def test_a_push_whose_line_was_cut_is_sent_in_halves(caseload: Running, tablet: OnTablet) -> None:
    await visited(caseload, tablet, 6)
    tablet.line.cuts.append("unanswered")
    await pushed_again(tablet, 2)
    assert tablet.line.sizes == [6, 3, 3]
    assert set(tablet.app.queue.outcomes().values()) == {"applied"}


async def test_a_morning_without_signal_does_not_make_the_next_push_smaller(
    caseload: Running, tablet: OnTablet
) -> None:
    await visited(caseload, tablet, 4)
    tablet.line.is_down = True
    for _ in range(3):
        with pytest.raises(NoSignal):
            await tablet.app.push()
    tablet.line.is_down = False
    await tablet.app.push()
    assert tablet.line.sizes == [4, 4, 4, 4]


async def test_no_push_holds_less_than_one_operation(caseload: Running, tablet: OnTablet) -> None:
    await visited(caseload, tablet, 3)
    takes_at_most(tablet, 0, 408, "body_too_slow")
    with pytest.raises(NotNow):
        await pushed_again(tablet, 4)
    assert tablet.line.sizes == [3, 1, 1, 1]


async def test_an_operation_that_nobody_can_read_is_found_and_its_code_is_named(
    caseload: Running, tablet: OnTablet
) -> None:
    """What stands before it arrives; it stays, with what follows, and the app does not try it for ever."""
    await visited(caseload, tablet, 5)
    broken = "update operation set content = json_set(content, '$.operation_id', 'none') where sequence = 3"
    tablet.app.queue._db.execute(broken)
    with pytest.raises(NotTaken) as refused:
        await _send(tablet.app)
    assert (refused.value.status, refused.value.code) == (422, "unreadable_operation")
    assert tablet.line.sizes[-1] == 1
    assert tablet.app.queue.outcomes() == {1: "applied", 2: "applied", 3: None, 4: None, 5: None}


@pytest.mark.parametrize(("status", "code"), [(400, "malformed_json"), (413, "too_large"), (422, "invalid")])
async def test_an_envelope_that_is_refused_is_not_sent_for_ever(
    caseload: Running, tablet: OnTablet, status: int, code: str
) -> None:
    await visited(caseload, tablet, 4)
    takes_at_most(tablet, 0, status, code)
    with pytest.raises(NotTaken) as refused:
        await _send(tablet.app)
    assert (str(refused.value), tablet.line.sizes) == (f"{status} {code}", [4, 2, 1])
    assert tablet.app.queue.unsent()[0] == 4


async def test_a_push_says_how_much_is_left_behind_it_and_since_when(caseload: Running, tablet: OnTablet) -> None:
    await visited(caseload, tablet, 3)
    third = tablet.app.queue.waiting(3)[2]["occurred_at"]
    tablet.app.at_once = 2
    await tablet.app.push()
    said = [(sent["unsent"], sent["oldest_unsent_at"]) for sent in tablet.line.pushes]
    assert said == [(1, third), (0, None)]


async def test_a_photo_that_waits_is_unsent_until_it_is_sent(caseload: Running, tablet: OnTablet) -> None:
    """So that the team knows what may be lost with the tablet, where nothing but a picture waits on it."""
    client = await take_on(caseload)
    wound = await has_wound(client, (48, 30))
    picture = tablet.file.with_suffix(".jpg")
    picture.write_bytes(a_jpeg())
    tablet.app.photograph(picture, wound_id=wound)

    async def listed() -> list[int]:
        return [one["unsent"] for one in (await client.nurse.get("/v1/sync/devices")).json()["items"]]

    assert tablet.app.queue.unsent()[0] == 1
    await tablet.app.push()
    assert await listed() == [1]
    tablet.restart()
    await tablet.app.push()
    assert tablet.line.sizes == [0], "what is told already is not told again"
    await tablet.app.synchronise()
    assert await listed() == [0]
