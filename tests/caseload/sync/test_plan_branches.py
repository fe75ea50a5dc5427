"""Who wrote on whose words: what is known is built upon, what is not stands beside it, and no newer word is lost."""

from itertools import permutations
from typing import Any

from tests.caseload.story import take_on
from tests.caseload.sync.device import Device, Planned, a_device, ago, outcomes, planned
from tests.caseload.sync.test_late_pushes import take_in, waiting
from tests.running import DEPUTY, NURSE, Running, owner


async def versions(plan: Planned) -> list[tuple[str, bool]]:
    """The words of the line's open conflict, and whether somebody who knew of them wrote anew."""
    conflict_id = (await plan.line())["conflict_id"]
    whole = (await plan.client.nurse.get(f"/v1/sync/conflicts/{conflict_id}")).json()
    return sorted((one["content"]["words"], one["is_superseded"]) for one in whole["versions"])


async def edits(caseload: Running, plan: Planned) -> set[str]:
    wanted = f"select content ->> 'words' as words from plan_edit where care_plan_id = '{plan.plan_id}'"
    async with owner(caseload.databases["caseload"].url) as connection:
        rows = await connection.fetch(wanted)
    return {row["words"] for row in rows}


async def test_who_wrote_on_words_that_were_shown_stands_in_their_place_in_every_order(caseload: Running) -> None:
    """Joel wrote at nine; Ruth saw it, and wrote at ten; Tom, who saw neither, had written at half past nine."""
    client, ends = await take_on(caseload), set()
    for toms_place in range(3):
        plan = await planned(caseload, client)
        joels, ruths, toms = [await a_device(caseload, who) for who in (DEPUTY, NURSE, NURSE)]
        queue: list[tuple[Device, str, str]] = [
            (joels, "Joel's", ago(minutes=60)),
            (ruths, "Ruth's, on Joel's", ago(minutes=5)),
        ]
        queue.insert(toms_place, (toms, "Tom's", ago(minutes=30)))
        for device, words, at in queue:
            base = 2
            if device is ruths:
                shown = await plan.read()
                assert shown["lines"][0]["words"] == "Joel's"
                base = shown["version"]
            await device.push(plan.change(device, words, occurred_at=at, base_version=base))
        ends.add(((await plan.line())["words"], *await versions(plan)))
    assert ends == {("Ruth's, on Joel's", ("Joel's", True), ("Ruth's, on Joel's", False), ("Tom's", False))}


async def test_a_code_that_was_left_is_the_one_that_its_writer_saw(caseload: Running) -> None:
    """Joel changed the code with the words; Tom wrote before him, knew nothing of it, and left the code."""
    client, ends = await take_on(caseload), set()
    for joel_first in (True, False):
        plan = await planned(caseload, client)
        toms, joels = await a_device(caseload), await a_device(caseload, DEPUTY)
        joel = plan.change(joels, "Joel's", occurred_at=ago(minutes=5))
        joel["body"]["intervention"] = "01.41"
        sent = [(joels, joel), (toms, plan.change(toms, "Tom's", occurred_at=ago(minutes=50)))]
        for device, operation in sent if joel_first else reversed(sent):
            await device.push(operation)
        line = await plan.line()
        conflict = (await client.nurse.get(f"/v1/sync/conflicts/{line['conflict_id']}")).json()
        said = sorted((one["content"]["intervention"], one["made_by"]) for one in conflict["versions"])
        ends.add((line["words"], line["intervention"], line["written_by"], *said))
    assert ends == {("Tom's", "02.14", str(NURSE), ("01.41", str(DEPUTY)), ("02.14", str(NURSE)))}


async def test_what_is_taken_in_late_takes_no_newer_word_of_its_own_tablet_away(caseload: Running) -> None:
    """Tom wrote twice; Joel, who held the tablet then, sent the first, which waited until the second was there."""
    plan, toms = await planned(caseload), await a_device(caseload)
    mine, deputy = toms.nurse, await caseload.client("caseload", DEPUTY)
    toms.nurse = deputy
    assert outcomes(await toms.push(plan.change(toms, "First", occurred_at=ago(minutes=50)))) == ["for_review"]
    toms.nurse = mine
    assert outcomes(await toms.push(plan.change(toms, "Second", occurred_at=ago(minutes=40)))) == ["applied"]
    (held,) = await waiting(mine)
    taken = await take_in(mine, held)
    assert (taken.status_code, taken.json()["applied"]) == (200, "applied"), taken.text
    line = await plan.line()
    assert (line["words"], line["conflict_id"], (await plan.read())["version"]) == ("Second", None, 3)
    assert await edits(caseload, plan) == {"Compression, two layers", "First", "Second"}


async def test_what_somebody_else_wrote_on_the_same_tablet_is_not_known_to_who_holds_it_next(caseload: Running) -> None:
    plan, tablet = await planned(caseload), await a_device(caseload)
    joels: Any = plan.change(tablet, "Joel's", occurred_at=ago(minutes=50), made_by=str(DEPUTY))
    toms = plan.change(tablet, "Tom's", occurred_at=ago(minutes=40))
    assert outcomes(await tablet.push(joels, toms)) == ["for_review", "applied"]
    deputy = await caseload.client("caseload", DEPUTY)
    (held,) = await waiting(deputy)
    taken = await take_in(deputy, held)
    assert (taken.status_code, taken.json()["applied"]) == (200, "conflict"), taken.text
    assert ((await plan.line())["words"], await versions(plan)) == ("Joel's", [("Joel's", False), ("Tom's", False)])


async def test_a_settled_word_covers_what_came_late_from_a_tablet_that_it_covers(caseload: Running) -> None:
    """Of Tom's two words, the second was settled against Joel's; then the first is taken in."""
    plan, toms, joels = await planned(caseload), await a_device(caseload), await a_device(caseload, DEPUTY)
    mine, toms.nurse = toms.nurse, await caseload.client("caseload", DEPUTY)
    await toms.push(plan.change(toms, "Tom's first", occurred_at=ago(minutes=50)))
    toms.nurse = mine
    await joels.push(plan.change(joels, "Joel's", occurred_at=ago(minutes=45)))
    (result,) = await toms.push(plan.change(toms, "Tom's second", occurred_at=ago(minutes=40)))
    path = f"/v1/sync/conflicts/{result['conflict_id']}"
    etag = (await mine.get(path)).headers["ETag"]
    settled = await mine.post(f"{path}/settle", json={"words": "Both"}, headers={"If-Match": etag})
    assert settled.status_code == 200, settled.text
    (held,) = await waiting(mine)
    assert (await take_in(mine, held)).json()["applied"] == "applied"
    line = await plan.line()
    assert (line["words"], line["conflict_id"]) == ("Both", None)


async def test_all_orders_of_three_who_knew_of_nobody_leave_the_same_versions(caseload: Running) -> None:
    client, ends = await take_on(caseload), set()
    for order in permutations(range(3)):
        plan = await planned(caseload, client)
        for place in order:
            device = await a_device(caseload, (DEPUTY, NURSE, NURSE)[place])
            await device.push(plan.change(device, f"Word {place}", occurred_at=ago(minutes=50 - place)))
        ends.add(((await plan.line())["words"], *await versions(plan)))
    assert ends == {("Word 0", ("Word 0", False), ("Word 1", False), ("Word 2", False))}
