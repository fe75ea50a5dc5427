"""Leave is asked for and answered by a colleague; what people can work is theirs to say, and the team's to agree."""

import asyncio
from typing import Any
from uuid import UUID

from services.common.auth import SYSTEM
from services.roster.domain.rota.problem import Member, Wish
from services.roster.domain.rota_version.rota import Rota
from services.roster.usecases.rota import problem_of
from tests.roster.agreeing.conftest import Team
from tests.roster.agreeing.made import TODAY, WEEK, Planning, a_leave, availability, day, id_of
from tests.roster.facts import RUTH, TOM, a_shift, code, pointer
from tests.running import STRANGER, Running


async def asked(member: Any, **changes: Any) -> Any:
    answer = await member.post("/v1/leave", json=a_leave(**changes))
    assert answer.status_code == 201, answer.text
    return answer


async def did(member: Any, leave: Any, verb: str, body: Any = None) -> Any:
    at = f"/v1/leave/{leave.json()['leave']['id']}/{verb}"
    return await member.post(at, json=body, headers={"If-Match": leave.headers["ETag"]})


async def member_of(system: Running, planning: Planning, who: UUID) -> Member:
    async with system.databases["roster"].transaction(SYSTEM) as tx:
        problem = await problem_of(tx, await tx.get(Rota, UUID(planning.rota["id"])))
    return next(one for one in problem.members if one.employee_id == who)


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    for path, body in (("/v1/leave", a_leave()), ("/v1/availability", availability())):
        assert (await nobody.get(path)).status_code == 401
        assert (await nobody.post(path, json=body)).status_code == 401


async def test_a_colleague_answers_and_nobody_their_own(team: Team) -> None:
    leave = await asked(team.ruth)
    assert leave.json()["leave"]["state"] == "asked"
    own = await did(team.ruth, leave, "answer", {"ok": True})
    assert (own.status_code, code(own)) == (403, "not_ones_own_leave")
    answered = await did(team.tom, leave, "answer", {"ok": True})
    assert (answered.json()["leave"]["state"], answered.json()["leave"]["answered_by"]) == ("ok", str(TOM))
    again = await did(team.sandra, answered, "answer", {"ok": False})
    assert (again.status_code, code(again)) == (409, "leave_answered_already")


async def test_who_asked_for_a_colleagues_leave_does_not_answer_it(team: Team) -> None:
    leave = await asked(team.tom, who=RUTH)
    by_who_asked = await did(team.tom, leave, "answer", {"ok": True})
    assert (by_who_asked.status_code, code(by_who_asked)) == (403, "not_ones_own_leave")
    assert (await did(team.ruth, leave, "answer", {"ok": True})).status_code == 403
    assert (await did(team.sandra, leave, "answer", {"ok": True})).json()["leave"]["state"] == "ok"


async def test_leave_of_one_person_never_overlaps(team: Team) -> None:
    leave = await asked(team.ruth)
    overlapping = await team.ruth.post("/v1/leave", json=a_leave(from_on=day(4), to_on=day(6)))
    assert (overlapping.status_code, code(overlapping), pointer(overlapping)) == (
        409,
        "leave_overlaps",
        "/body/from_on",
    )
    assert (await team.tom.post("/v1/leave", json=a_leave(TOM))).status_code == 201
    by_another = await did(team.tom, leave, "withdraw")
    assert (by_another.status_code, code(by_another)) == (403, "not_your_leave")
    assert (await did(team.ruth, leave, "withdraw")).json()["leave"]["state"] == "withdrawn"
    answers = await asyncio.gather(*(team.ruth.post("/v1/leave", json=a_leave()) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9


async def test_leave_that_makes_no_sense_is_refused(team: Team) -> None:
    for changes in ({"to_on": day(-1)}, {"minutes": -1}, {"kind": "moon"}):
        assert (await team.ruth.post("/v1/leave", json=a_leave(**changes))).status_code == 422
    other = await team.ruth.post("/v1/leave", json=a_leave(STRANGER))
    assert (other.status_code, code(other)) == (409, "not_in_the_team")


async def test_agreed_leave_names_the_shifts_of_its_days_and_nobody_works_on_them(team: Team) -> None:
    shift = a_shift(starts_at=f"{day(1)}T09:00:00Z", ends_at=f"{day(1)}T12:00:00Z")
    assert (await team.ruth.post("/v1/shifts", json=shift)).status_code == 201
    answered = await did(team.tom, await asked(team.ruth), "answer", {"ok": True})
    assert [one["id"] for one in answered.json()["shifts"]] == [shift["id"]]
    another = a_shift(starts_at=f"{day(2)}T09:00:00Z", ends_at=f"{day(2)}T12:00:00Z")
    refused = await team.tom.post("/v1/shifts", json=another)
    assert (refused.status_code, code(refused)) == (409, "on_leave")


async def test_a_rota_over_leave_that_was_agreed_since_is_not_published(planning: Planning, team: Team) -> None:
    proposed = await planning.proposed(*WEEK)
    await team.all_say(proposed)
    decided = await planning.decided(proposed)
    await did(team.tom, await asked(team.ruth), "answer", {"ok": True})
    refused = await planning.tried(decided, "publish", {})
    assert (refused.status_code, code(refused)) == (409, "on_leave")
    assert id_of(decided) == id_of(proposed)


async def test_who_is_ill_is_off_without_being_asked(team: Team) -> None:
    told = await asked(team.tom, who=RUTH, kind="sick", from_on=str(TODAY), to_on=str(TODAY))
    assert (told.json()["leave"]["state"], told.json()["leave"]["asked_by"]) == ("ok", str(TOM))


async def test_leave_and_wishes_are_in_what_a_rota_has_to_meet(roster: Running, planning: Planning, team: Team) -> None:
    await did(team.tom, await asked(team.ruth), "answer", {"ok": True})
    said = [
        availability(codes=["N"]),
        availability(weekday="tue", says="prefers", codes=["E"], weight=3),
        availability(weekday=None, day_on=day(2)),
    ]
    for one in said:
        assert (await team.ruth.post("/v1/availability", json=one)).status_code == 201
    ruth = await member_of(roster, planning, RUTH)
    assert ruth.leave == dict.fromkeys(range(5), 360)
    assert ruth.unwanted == (Wish(0, "N", 2), Wish(2, None, 2), Wish(7, "N", 2))
    assert ruth.wanted == (Wish(1, "E", 3), Wish(8, "E", 3))
    assert ruth.cannot == frozenset()
    at, match = f"/v1/availability/{said[0]['id']}", {"If-Match": '"1"'}
    by_herself = await team.ruth.post(f"{at}/agree", headers=match)
    assert (by_herself.status_code, code(by_herself)) == (403, "not_agreed_with_oneself")
    assert (await team.tom.post(f"{at}/agree", headers=match)).json()["agreed"] is True
    ruth = await member_of(roster, planning, RUTH)
    assert ruth.cannot == {(0, "N"), (7, "N")}
    assert ruth.unwanted == (Wish(2, None, 2),)
    by_another = await team.tom.post(f"{at}/end", json={"until_on": day(1)}, headers={"If-Match": '"2"'})
    assert (by_another.status_code, code(by_another)) == (403, "not_your_availability")
    ended = await team.ruth.post(f"{at}/end", json={"until_on": day(1)}, headers={"If-Match": '"2"'})
    assert (ended.json()["until_on"], ended.json()["agreed"]) == (day(1), True)
    assert (await member_of(roster, planning, RUTH)).cannot == {(0, "N")}
    longer = await team.ruth.post(f"{at}/end", json={"until_on": day(8)}, headers={"If-Match": '"3"'})
    assert (longer.json()["until_on"], longer.json()["agreed"]) == (day(8), False)
    assert (await member_of(roster, planning, RUTH)).cannot == frozenset()


async def test_availability_that_makes_no_sense_is_refused(team: Team) -> None:
    for changes in ({"weekday": None}, {"day_on": day(0)}, {"weight": 5}, {"until_on": "2026-01-01"}):
        assert (await team.ruth.post("/v1/availability", json=availability(**changes))).status_code == 422


async def test_another_teams_leave_and_availability_are_not_there(roster: Running, team: Team) -> None:
    leave = await asked(team.ruth)
    await team.ruth.post("/v1/availability", json=availability())
    stranger = await roster.client("roster", STRANGER)
    for path in ("/v1/leave", "/v1/availability"):
        assert (await stranger.get(path)).json()["items"] == []
    assert (await did(stranger, leave, "answer", {"ok": True})).status_code == 404
