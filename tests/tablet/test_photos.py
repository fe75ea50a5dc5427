"""A photo on the tablet: only what is refused for good ends it, and somebody sees why."""

import json
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from demo.tablet.__main__ import _show
from demo.tablet.app import NoSignal
from tests.caseload.story import OnCaseload, take_on
from tests.caseload.sync.rounds import has_wound
from tests.caseload.uploading import a_large_jpeg
from tests.running import Running
from tests.tablet.line import OnTablet

PHOTO = a_large_jpeg(400)


@dataclass
class Answers:
    """What stands between answers the next requests of a method so, and then no more."""

    method: str
    answers: deque[httpx.Response] = field(default_factory=deque)

    def __call__(self, request: httpx.Request) -> httpx.Response | None:
        return self.answers.popleft() if self.answers and request.method == self.method else None


async def half_sent(caseload: Running, tablet: OnTablet) -> tuple[OnCaseload, UUID]:
    """A client, and the photo of whose wound the first piece arrived and was not answered."""
    client = await take_on(caseload)
    wound = await has_wound(client, (48, 30))
    photo_id = photographed(tablet, wound, PHOTO)
    tablet.line.cuts.extend(["heard", "heard", "unanswered"])
    with pytest.raises(NoSignal):
        await tablet.app.synchronise()
    return client, photo_id


def photographed(tablet: OnTablet, wound: str, content: bytes) -> UUID:
    picture = Path(tablet.file.with_suffix(".jpg"))
    picture.write_bytes(content)
    return tablet.app.photograph(picture, wound_id=UUID(wound))


async def is_in_the_record(client: OnCaseload, tablet: OnTablet, photo_id: UUID) -> bool:
    kept = await client.nurse.get(f"/v1/photos/{photo_id}")
    queue = tablet.app.queue
    return kept.status_code == 200 and queue.photos() == [] and queue.refused_photos() == {}


def far(offset: int) -> httpx.Response:
    """What a HEAD hears that was overtaken."""
    return httpx.Response(200, headers={"Upload-Offset": str(offset)})


def refusal(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code})


async def test_a_piece_that_came_late_and_overtook_the_question_costs_no_photo(
    caseload: Running, tablet: OnTablet
) -> None:
    client, photo_id = await half_sent(caseload, tablet)
    tablet.line.between = Answers("HEAD", deque([far(0)]))
    await tablet.app.synchronise()
    assert await is_in_the_record(client, tablet, photo_id)


async def test_a_piece_that_came_otherwise_than_it_was_sent_is_sent_again(caseload: Running, tablet: OnTablet) -> None:
    client, photo_id = await half_sent(caseload, tablet)
    tablet.line.between = Answers("PATCH", deque([refusal(460, "checksum_mismatch")]))
    await tablet.app.synchronise()
    assert await is_in_the_record(client, tablet, photo_id)


@pytest.mark.parametrize("heard", [[], [far(65_536)]], ids=["by the question", "by the next piece"])
async def test_an_upload_that_is_gone_is_begun_anew(
    caseload: Running, tablet: OnTablet, heard: list[httpx.Response]
) -> None:
    client, photo_id = await half_sent(caseload, tablet)
    (photo,) = tablet.app.queue.photos()
    device = {"Tus-Resumable": "1.0.0", "Device-Id": str(tablet.app.queue.device_id)}
    assert (await tablet.app.http.delete(photo.location or "", headers=device)).status_code == 204
    tablet.line.between = Answers("HEAD", deque(heard))
    await tablet.app.synchronise()
    assert await is_in_the_record(client, tablet, photo_id)


async def test_a_question_that_is_refused_does_not_stop_the_photo(caseload: Running, tablet: OnTablet) -> None:
    """A HEAD has no body that would say why; what was begun is found by beginning it again."""
    client, photo_id = await half_sent(caseload, tablet)
    tablet.line.between = Answers("HEAD", deque([httpx.Response(412)]))
    tablet.line.asked.clear()
    await tablet.app.synchronise()
    assert await is_in_the_record(client, tablet, photo_id)
    whole = -(-len(PHOTO) // 65_536)
    assert len([one for one in tablet.line.asked if one.startswith("PATCH")]) == whole - 1


@pytest.mark.parametrize(
    "answer", [refusal(460, "checksum_mismatch"), refusal(409, "offset_wrong"), httpx.Response(413, text="too large")]
)
async def test_what_is_not_refused_for_good_waits_and_keeps_nothing_else_waiting(
    caseload: Running, tablet: OnTablet, answer: httpx.Response
) -> None:
    client, photo_id = await half_sent(caseload, tablet)
    tablet.line.between = Answers("PATCH", deque([answer] * 3))
    await tablet.app.synchronise()
    assert tablet.app.queue.cursor is not None
    assert [one.photo_id for one in tablet.app.queue.photos()] == [photo_id]
    assert (tablet.app.queue.refused_photos(), tablet.app.queue.unsent()[0]) == ({}, 1)
    await tablet.app.synchronise()
    assert await is_in_the_record(client, tablet, photo_id)


async def test_a_photo_that_is_refused_for_good_is_shown(
    caseload: Running, tablet: OnTablet, capsys: pytest.CaptureFixture[str]
) -> None:
    client = await take_on(caseload)
    photo_id = photographed(tablet, await has_wound(client, (48, 30)), b"no picture at all")
    await tablet.app.synchronise()
    assert tablet.app.queue.photos() == []
    ((refused, code),) = tablet.app.queue.refused_photos().items()
    assert refused == photo_id
    _show(tablet.app.queue)
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert shown == [{"photo_id": str(photo_id), "outcome": "refused", "code": code}]
    assert code
