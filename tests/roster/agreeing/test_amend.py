"""What is published is changed by amendments, and by versions that were made from it; nothing is undone unseen."""

from tests.roster.agreeing.conftest import Team
from tests.roster.agreeing.made import WEEK, Planning, id_of, on_duty, say, state_of
from tests.roster.facts import RUTH, SANDRA, TOM, code, pointer

URGENT = {"urgency": "The week begins before we meet"}


async def test_a_version_that_was_not_made_from_what_is_published_is_not_published(
    planning: Planning, team: Team
) -> None:
    first = await planning.done(await planning.proposed(*WEEK), "publish", URGENT)
    agreed = await planning.proposed((SANDRA, 7, "E"), from_version_id=id_of(first))
    await team.all_say(agreed)
    assert (await planning.decided(agreed)).status_code == 201
    amended = await planning.amended(first, (RUTH, 0, None), (TOM, 0, "E"))
    assert amended.status_code == 201, amended.text
    for version in (await planning.read(agreed), await planning.drafted(*WEEK)):
        refused = await planning.tried(version, "publish", URGENT)
        assert (refused.status_code, code(refused)) == (409, "rota_moved_on")
        assert pointer(refused) == "/path/rota_version_id"
    assert state_of(await planning.read(amended)) == "published"
    from_it = await planning.drafted((SANDRA, 7, "E"), from_version_id=id_of(amended))
    edit = await planning.drafted((SANDRA, 8, "E"), from_version_id=id_of(from_it))
    last = await planning.done(edit, "publish", URGENT)
    assert on_duty(last) == on_duty(edit) > on_duty(amended)


async def test_an_amendment_is_of_the_published_version_as_it_was_read(planning: Planning, team: Team) -> None:
    proposed = await planning.proposed(*WEEK)
    first = await planning.done(proposed, "publish", URGENT)
    stale = await planning.amended(proposed, (RUTH, 0, None))
    assert (stale.status_code, id_of(proposed)) == (412, id_of(first))
    second = await planning.amended(first, (RUTH, 0, None))
    third = await planning.amended(second, (RUTH, 1, None))
    assert (second.status_code, third.status_code) == (201, 201)
    for late in (first, second):
        refused = await planning.amended(late, (RUTH, 0, "L"))
        assert (refused.status_code, code(refused), pointer(refused)) == (
            409,
            "rota_moved_on",
            "/body/from_version_id",
        )
    assert (await say(team.tom, third)).status_code == 409
