"""Two people write the same line of a plan: both are kept, and which is shown does not depend on arrival."""

from itertools import permutations

from services.caseload.events import CarePlanChanged, CarePlanConflicted
from tests.caseload.story import take_on
from tests.caseload.sync.device import Device, a_device, ago, outcomes, planned
from tests.running import DEPUTY, NURSE, Running

EARLY, LATE = ago(minutes=50), ago(minutes=40)


async def test_what_nobody_else_touched_is_applied_whatever_the_version(caseload: Running) -> None:
    plan, toms, joels = await planned(caseload), await a_device(caseload), await a_device(caseload, DEPUTY)
    assert outcomes(await joels.push(plan.change(joels, "Help to wash, evenings", 1))) == ["applied"]
    (result,) = await toms.push(plan.change(toms, "Three layers"))
    assert (result["outcome"], result["version"]) == ("applied", 4)
    assert [line["words"] for line in (await plan.read())["lines"]] == ["Three layers", "Help to wash, evenings"]


async def test_a_change_that_says_no_version_is_refused_and_stops_nothing(caseload: Running) -> None:
    plan, device = await planned(caseload), await a_device(caseload)
    results = await device.push(
        plan.change(device, "Three layers", base_version=None), plan.change(device, "Help to wash, evenings", 1)
    )
    assert outcomes(results) == ["refused", "applied"]
    refusal = results[0]["refusal"]
    assert (refusal["status"], refusal["code"]) == (428, "base_version_needed")
    assert [one["pointer"] for one in refusal["errors"]] == ["/base_version"]
    assert (await plan.line())["words"] != "Three layers"


async def test_a_version_that_never_was_is_refused_and_stops_nothing(caseload: Running) -> None:
    plan, device = await planned(caseload), await a_device(caseload)
    version = (await plan.read())["version"]
    results = await device.push(
        plan.change(device, "Three layers", base_version=version + 1), plan.change(device, "Evenings", 1)
    )
    assert outcomes(results) == ["refused", "applied"]
    refusal = results[0]["refusal"]
    assert (refusal["status"], refusal["code"]) == (412, "base_version_unknown")
    assert [one["pointer"] for one in refusal["errors"]] == ["/base_version"]
    assert (await plan.line())["words"] != "Three layers"


async def test_a_device_knows_what_it_wrote_itself(caseload: Running) -> None:
    plan, device = await planned(caseload), await a_device(caseload)
    results = await device.push(plan.change(device, "Three layers"), plan.change(device, "Three layers, softly"))
    assert outcomes(results) == ["applied", "applied"]
    assert ((await plan.line())["words"], (await plan.read())["version"]) == ("Three layers, softly", 4)


async def test_both_orders_of_arrival_end_alike(caseload: Running) -> None:
    ends, client = [], await take_on(caseload)
    for joel_first in (True, False):
        plan = await planned(caseload, client)
        toms, joels = await a_device(caseload), await a_device(caseload, DEPUTY)
        sent: list[tuple[Device, str, str]] = [(joels, "Three layers", EARLY), (toms, "Two, softer liner", LATE)]
        results = []
        for device, words, at in sent if joel_first else reversed(sent):
            results += await device.push(plan.change(device, words, occurred_at=at))
        assert outcomes(results) == ["applied", "conflict"]
        line = await plan.line()
        assert line["conflict_id"] == results[1]["conflict_id"]
        assert line["had_conflict"]
        ends.append((line["words"], line["written_by"]))
    assert ends == [("Three layers", str(DEPUTY))] * 2
    told = await caseload.published("caseload", CarePlanConflicted)
    assert [set(one.data["people"]) for one in told] == [{str(NURSE), str(DEPUTY)}] * 2
    assert "layers" not in str(told)
    assert len(await caseload.published("caseload", CarePlanChanged)) == 3


async def test_a_change_online_and_one_offline_conflict_alike(caseload: Running) -> None:
    plan, device = await planned(caseload), await a_device(caseload)
    deputy = await caseload.client("caseload", DEPUTY)
    path = f"{plan.path}/lines/{plan.lines[0]}"
    changed = await deputy.put(path, json={"words": "Three layers"}, headers={"If-Match": '"2"'})
    assert changed.status_code == 200
    (result,) = await device.push(plan.change(device, "Two, softer liner", occurred_at=ago()))
    assert result["outcome"] == "conflict"
    assert ((await plan.line())["words"], (await plan.read())["version"]) == ("Three layers", 3)
    third = await deputy.put(path, json={"words": "Four"}, headers={"If-Match": '"3"'})
    assert (third.status_code, third.json()["code"]) == (409, "in_conflict")


async def test_three_who_wrote_one_line_end_alike_in_every_order(caseload: Running) -> None:
    """Joel wrote first and again, Tom between, and somebody on Tom's other tablet last."""
    client, ends = await take_on(caseload), set()
    for order in permutations(range(3)):
        plan = await planned(caseload, client)
        joels, toms, second = [await a_device(caseload, who) for who in (DEPUTY, NURSE, NURSE)]
        queues = [
            (
                joels,
                [plan.change(joels, "One", occurred_at=EARLY), plan.change(joels, "One, softly", occurred_at=ago())],
            ),
            (toms, [plan.change(toms, "Two", occurred_at=LATE)]),
            (second, [plan.change(second, "Three", occurred_at=ago(minutes=1))]),
        ]
        for place in order:
            device, queue = queues[place]
            await device.push(*queue)
        line = await plan.line()
        conflict = (await client.nurse.get(f"/v1/sync/conflicts/{line['conflict_id']}")).json()
        heads = sorted(one["content"]["words"] for one in conflict["versions"] if not one["is_superseded"])
        ends.add((line["words"], *heads))
    assert ends == {("One, softly", "One, softly", "Three", "Two")}
