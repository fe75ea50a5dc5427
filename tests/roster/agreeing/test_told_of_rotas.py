"""The others hear that a rota was proposed, agreed, published and amended, without a name or a word of anybody's."""

from typing import Any

from services.common.events import Event
from services.roster.events import RotaAgreed, RotaProposed, RotaPublished
from tests.roster.agreeing.conftest import Team
from tests.roster.agreeing.made import WEEK, Planning, day, id_of
from tests.roster.agreeing.test_publish import agreed
from tests.roster.facts import RUTH, SANDRA, TOM
from tests.running import TEAM, Running


async def _told(roster: Running, event: type[Event]) -> list[dict[str, Any]]:
    return [envelope.data for envelope in await roster.published("roster", event)]


def _about(planning: Planning, version: Any, **changes: Any) -> dict[str, Any]:
    ids = {"rota_id": planning.rota["id"], "rota_version_id": id_of(version), "team_id": str(TEAM)}
    of = {"number": 1, "from_on": day(0), "until_on": day(13), "duties": 12, "people": 3}
    return ids | of | {"breaches": version.json()["rota_version"]["breaches"]} | changes


async def test_the_others_hear_what_becomes_of_a_rota(roster: Running, planning: Planning, team: Team) -> None:
    decided = await agreed(planning, team)
    assert await _told(roster, RotaProposed) == [_about(planning, decided)]
    assert await _told(roster, RotaAgreed) == [_about(planning, decided, quorum_have=3, quorum_of=2, decision_id=None)]
    assert await _told(roster, RotaPublished) == []
    published = await planning.done(decided, "publish", {})
    amended = await planning.amended(published, (TOM, 4, None), reason="sickness")
    assert amended.status_code == 201, amended.text
    plain = {"amends_version_id": None, "reason": None, "is_urgent": False}
    assert await _told(roster, RotaPublished) == [
        _about(planning, published, **plain),
        _about(
            planning,
            amended,
            **(plain | {"amends_version_id": id_of(published), "reason": "sickness"}),
            number=2,
            duties=11,
        ),
    ]


async def test_what_could_not_wait_is_told_as_urgent_and_not_in_words(roster: Running, planning: Planning) -> None:
    draft = await planning.drafted((RUTH, 0, "E"), (SANDRA, 0, "L"))
    await planning.done(draft, "publish", {"urgency": "Two of us are ill"})
    (told,) = await _told(roster, RotaPublished)
    assert (told["is_urgent"], told["duties"], told["people"]) == (True, 2, 2)
    assert "ill" not in str(told)
    assert await _told(roster, RotaProposed) == await _told(roster, RotaAgreed) == []


async def test_nobody_hears_of_what_is_refused(roster: Running, planning: Planning, team: Team) -> None:
    proposed = await planning.proposed(*WEEK)
    assert (await planning.tried(proposed, "publish", {})).status_code == 409
    assert (await planning.decided(proposed)).status_code == 409
    assert await _told(roster, RotaAgreed) == await _told(roster, RotaPublished) == []
