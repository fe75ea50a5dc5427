"""Lists that the database writes are what their shapes would write, page by page."""

from pydantic import TypeAdapter

from services.caseload.api.shapes import ClientShape, ReferralShape
from services.common.paging import Page
from tests.caseload.story import a_referral, take_on
from tests.running import STRANGER, TEAM, Running


async def test_lists_are_written_as_their_shapes_write_them_letter_for_letter(caseload: Running) -> None:
    client = await take_on(caseload, given_name="Zoë", family_name='O\'Neill \\ "Dot"')
    odd = a_referral(reason='Back\\slash, "quotes",\ttab\nand \U0001f33b', received_at="2026-11-02T09:00:00.120000Z")
    await client.post("/v1/referrals", odd)
    for path, shape in (("clients", ClientShape), ("referrals", ReferralShape)):
        answer = await client.nurse.get(f"/v1/{path}?team_id={TEAM}")
        page = TypeAdapter(Page[shape])  # type: ignore[valid-type]
        assert page.dump_json(page.validate_json(answer.content)) == answer.content
        assert answer.headers["content-type"] == "application/json"


async def test_pages_go_on_where_the_last_one_ended(caseload: Running) -> None:
    client = await take_on(caseload)
    sent = [a_referral() for _ in range(4)]
    for referral in sent:
        await client.post("/v1/referrals", referral)
    listed, path = [], "/v1/referrals?limit=2"
    while True:
        page = (await client.nurse.get(path)).json()
        listed += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        path = f"/v1/referrals?limit=2&cursor={page['next_cursor']}"
    assert listed == sorted([client.referral_id, *(referral["id"] for referral in sent)])


async def test_without_the_databases_wall_the_statements_still_keep_teams_apart(caseload: Running) -> None:
    client = await take_on(caseload)
    for table in ("client", "referral", "episode_of_care"):
        await caseload.alter("caseload", f"alter table {table} no force row level security")
        await caseload.alter("caseload", f"alter table {table} disable row level security")
    stranger, search = await caseload.client("caseload", STRANGER), {"team_id": str(TEAM), "name": "Maureen"}
    asked = [await stranger.get(f"/v1/{path}") for path in (f"clients/{client.client_id}", "clients", "referrals")]
    asked += [await stranger.get(f"/v1/{path}?team_id={TEAM}") for path in ("caseload", "caseload-reviews", "clients")]
    asked.append(await stranger.post("/v1/caseload/_search", json=search))
    assert [one.status_code for one in asked] == [404, 200, 200, 404, 404, 200, 404]
    assert [one.json()["items"] for one in asked if one.status_code == 200] == [[], [], []]
