"""Whoever was drawn answers by a link and a code, once, without a login and before it ends (mission row 3.33)."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.caseload.around import a_round, today
from tests.caseload.story import OnCaseload, new_id, take_on
from tests.running import STRANGER, TEAM, Running

SAID = {"score": 5, "words": "They came when they said they would"}


@dataclass
class Asked:
    system: Running
    client: OnCaseload
    asked: Any
    nobody: Any

    async def send(self) -> Any:
        answer = await self.client.nurse.post(f"/v1/feedback/{self.asked['id']}/send-link")
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return answer.json()

    async def say(self, sent: Any, **changes: Any) -> Any:
        body = {"code": sent["code"], **SAID} | changes
        return await self.nobody.post(f"/open/feedback/{sent['link']}/answer", json=body, auth=None)

    async def read(self) -> Any:
        return (await self.client.nurse.get(f"/v1/feedback/{self.asked['id']}")).json()


@pytest.fixture
async def drawn(caseload: Running) -> Asked:
    client = await take_on(caseload)
    made = await client.post("/v1/feedback-rounds", a_round())
    return Asked(caseload, client, made["asked"][0], await caseload.client("caseload", None))


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.post(f"/v1/feedback/{new_id()}/send-link")).status_code == 401


async def test_a_client_answers_by_the_link_without_a_login(drawn: Asked) -> None:
    said = await drawn.say(await drawn.send())
    assert said.status_code == 200, said.text
    assert said.json() == {"given_on": str(today()), "score": 5}
    kept = await drawn.read()
    told = {name: kept[name] for name in ("channel", "score", "words", "given_on", "written_by")}
    assert told == {"channel": "link", "given_on": str(today()), "written_by": None, **SAID}
    figures = (await drawn.client.nurse.get("/v1/feedback/summary", params={"team_id": str(TEAM)})).json()
    assert (figures["answered"], figures["score"]) == (1, 5.0)


async def test_a_link_is_used_once_and_the_newest_alone_opens(drawn: Asked) -> None:
    first, second = await drawn.send(), await drawn.send()
    gone = await drawn.say(first)
    assert (gone.status_code, gone.json()["code"]) == (404, "link_unknown")
    assert (await drawn.say(second)).status_code == 200
    again = await drawn.say(second, score=1)
    assert (again.status_code, again.json()["code"]) == (410, "link_used")
    assert (await drawn.read())["score"] == 5
    sent = await drawn.client.nurse.post(f"/v1/feedback/{drawn.asked['id']}/send-link")
    assert (sent.status_code, sent.json()["code"]) == (409, "already_answered")


async def test_wrong_codes_count_and_end_the_link(drawn: Asked) -> None:
    sent = await drawn.send()
    wrong = "00000000" if sent["code"] != "00000000" else "11111111"
    for _ in range(5):
        refused = await drawn.say(sent, code=wrong)
        assert (refused.status_code, refused.json()["code"]) == (403, "wrong_code")
    spent = await drawn.say(sent)
    assert (spent.status_code, spent.json()["code"]) == (410, "link_spent")
    assert (await drawn.read())["score"] is None


async def test_a_link_ends_with_its_days(drawn: Asked) -> None:
    sent = await drawn.send()
    await drawn.system.alter("caseload", "update feedback_asked set link_until_at = now()")
    ended = await drawn.say(sent)
    assert (ended.status_code, ended.json()["code"]) == (410, "link_ended")


async def test_what_was_said_on_the_phone_is_not_said_again_by_the_link(drawn: Asked) -> None:
    sent = await drawn.send()
    path = f"/v1/feedback/{drawn.asked['id']}/answer"
    by_link = await drawn.client.nurse.post(path, json={"given_on": str(today()), "channel": "link", "score": 4})
    assert (by_link.status_code, by_link.json()["errors"][0]["pointer"]) == (422, "/body/channel")
    said = await drawn.client.nurse.post(path, json={"given_on": str(today()), "channel": "phone", "score": 4})
    assert said.status_code == 200, said.text
    again = await drawn.say(sent)
    assert (again.status_code, again.json()["code"]) == (410, "link_used")


async def test_another_team_sends_no_link(drawn: Asked) -> None:
    stranger = await drawn.system.client("caseload", STRANGER)
    assert (await stranger.post(f"/v1/feedback/{drawn.asked['id']}/send-link")).status_code == 404
