"""Lists that the database writes are what their shapes would write, page by page."""

from pydantic import TypeAdapter

from services.caseload.api.shapes import ClientShape, ReferralShape
from services.common.paging import Page
from tests.caseload.story import a_referral, take_on
from tests.running import TEAM, Running


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
