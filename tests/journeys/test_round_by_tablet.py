"""Journey J1 and the rule of medicines as the reference app lives them: over a wire that is cut, to a photo's last
byte, in both orders of arrival (mission rows 1.13, 1.14, 3.10, 3.11)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from demo.barrow import TEAM, employee, id_of
from demo.tablet.app import Tablet
from demo.tablet.doses import DoseGivenAlready
from services.caseload.events import (
    CareContactRecorded,
    CarePlanConflicted,
    IncidentRaised,
    OmahaRatingRecorded,
    PhotoAttached,
    WoundMeasured,
)
from services.roster.events import VisitDone
from tests.caseload.medicating import a_medicine, as_needed, in_days
from tests.caseload.photographs import WHERE
from tests.caseload.sync.rounds import quiet, today
from tests.caseload.uploading import a_large_jpeg
from tests.journeys.village import CALENDAR, TODAY, Village, a_village
from tests.running import Databases, until

EDITH, AUDREY = "cl-01", "cl-17"
PHOTO = a_large_jpeg(1200)
WOUND, PLAN, LINE = id_of("wound", EDITH, 0), id_of("plan", EDITH), id_of("line", EDITH, 0)
THREE, SOFTER = "Compression: 3 layers", "Compression: 2 layers, softer liner"
ABOUT_LINE = {"care_plan_id": PLAN, "line_id": LINE}
CLIENT = str(id_of("client", EDITH))
EITHER_ORDER = pytest.mark.parametrize("toms_first", [False, True], ids=["joel's arrives first", "tom's arrives first"])


@pytest.fixture
async def village(databases: Databases, tmp_path: Path) -> AsyncIterator[Village]:
    async with a_village(databases, tmp_path) as made:
        yield made


async def _round_is_planned(village: Village) -> str:
    """Edith's, where Joel comes along, and Audrey's; the id of the visit to Edith."""
    await village.is_on_shift("tom", "joel")
    at_ediths = await village.planned(
        EDITH, "09:30", "10:45", accompanied_by=str(employee("joel")), second_hand_reason="training"
    )
    await village.planned(AUDREY, "11:00", "12:00")
    return at_ediths


async def _takes_along(village: Village, *tablets: Tablet) -> list[Any]:
    """The round, once roster has told of it, as each of them has it."""

    async def is_told() -> bool:
        visits = (await village.read(f"day?date={today()}"))["visits"]
        return len(visits) == 2

    await until(is_told)
    await quiet(village.door.system)
    return [await tablet.take_along(today()) for tablet in tablets]


def _at_ediths(tom: Tablet, base: int, visit_id: str) -> Any:
    """Seven things that Tom does there; gives the id of the photo that he takes beside them."""
    began = (tom.now() - timedelta(hours=2)).isoformat()
    contact = {
        "id": str(uuid7()),
        "visit_id": visit_id,
        "episode_of_care_id": str(id_of("episode", EDITH)),
        "employee_id": str(employee("tom")),
        "channel": "in_person",
        "started_at": began,
        "segments": [{"id": str(uuid7()), "activity_type": "nursing", "minutes": 75}],
        "interventions": ["02.14", "01.51", "04.50"],
    }
    on, scores = {"care_contact_id": contact["id"]}, {"occasion": "interim", "knowledge": 4, "behavior": 4, "status": 4}
    measured = {"id": str(uuid7()), "measured_at": began, "length_mm": 42, "width_mm": 28, **on}
    tom.note("record_care_contact", contact)
    tom.note("measure_wound", measured, about={"wound_id": WOUND})
    tom.note("add_note", {"id": str(uuid7()), "words": "Edges clean; she asks for her sister"}, about=on)
    for code in ("26", "29"):
        tom.note("rate_problem", {"id": str(uuid7()), **scores}, about={"problem_id": id_of("problem", EDITH, code)})
    tom.note("add_note", {"id": str(uuid7()), "words": "Sister rung"}, about=on)
    tom.note("change_line", {"words": SOFTER}, about=ABOUT_LINE, base_version=base)
    picture = tom.queue.folder / "wound.jpg"
    picture.write_bytes(PHOTO)
    return tom.photograph(picture, wound_id=WOUND)


@pytest.mark.timeout(400)
@EITHER_ORDER
async def test_toms_tuesday_by_the_app_over_a_wire_that_is_cut(village: Village, toms_first: bool) -> None:
    tom, joel = await village.tablet("tom"), await village.tablet("joel")
    visit_id = await _round_is_planned(village)
    pack, _ = await _takes_along(village, tom, joel)
    assert [visit["client_id"] for visit in pack["visits"]] == [str(id_of("client", one)) for one in (EDITH, AUDREY)]
    edith = next(one for one in pack["clients"] if one["client"]["id"] == CLIENT)
    (wound,) = edith["wounds"]
    assert (wound["last_measurement"]["area_mm2"], edith["home"]["signal_at_home"]) == (1440, "none")
    base = edith["care_plan"]["version"]
    ratings = len(await village.door.system.published("caseload", OmahaRatingRecorded))

    joel.note("change_line", {"words": THREE}, about=ABOUT_LINE, base_version=base)
    photo = _at_ediths(tom, base, visit_id)
    await village.loses_signal(tom, joel)
    assert await village.door.system.published("caseload", CareContactRecorded) == []

    await _arrive(village, tom, joel, toms_first)
    said = [*tom.queue.outcomes().values(), *joel.queue.outcomes().values()]
    assert (said.count("applied"), said.count("conflict")) == (7, 1)
    await _both_are_kept(village, base)
    await _record_is_whole(village, photo)
    assert len(await village.door.system.published("caseload", OmahaRatingRecorded)) == ratings + 2
    await _others_are_told(village, visit_id)
    await _is_sent_again(village, tom)


async def _arrive(village: Village, tom: Tablet, joel: Tablet, toms_first: bool) -> None:
    for tablet in (tom, joel) if toms_first else (joel, tom):
        await village.arrive(tablet)


async def _both_are_kept(village: Village, base: int) -> None:
    plan = await village.read(f"care-plans/{PLAN}")
    words = next(one["words"] for one in plan["lines"] if one["id"] == str(LINE))
    assert words == THREE, "who wrote first is shown, whoever arrived first"
    assert plan["version"] > base
    (told,) = await village.door.system.published("caseload", CarePlanConflicted)
    assert set(told.data["people"]) == {str(employee("tom")), str(employee("joel"))}
    for who in ("tom", "joel"):
        (conflict,) = (await village.read("sync/conflicts?needs_me=true", who))["items"]
        whole = await village.read(f"sync/conflicts/{conflict['id']}", who)
        said = {(one["content"]["words"], one["made_by"]) for one in whole["versions"]}
        assert said == {(THREE, str(employee("joel"))), (SOFTER, str(employee("tom")))}


async def _record_is_whole(village: Village, photo: UUID) -> None:
    assert village.pieces[0] > 0, "the photo went on from where it was cut"
    trend = (await village.read(f"wounds/{WOUND}"))["measurements"]
    assert [one["area_mm2"] / 100 for one in trend] == [17.34, 15.68, 14.4, 11.76]
    assert (await village.read(f"photos/{photo}"))["wound_id"] == str(WOUND)
    picture = await village.door.call("tom", "GET", f"/caseload/v1/photos/{photo}/picture")
    assert WHERE.encode() not in picture.content
    for told in (CareContactRecorded, PhotoAttached):
        assert len(await village.door.system.published("caseload", told)) == 1
    measured = await village.door.system.published("caseload", WoundMeasured)
    assert [one.data["area_mm2"] for one in measured].count(1176) == 1


async def _others_are_told(village: Village, visit_id: str) -> None:
    """Step 7: one entry on a tablet, and roster, finance and interop have their own of it."""
    (recorded,) = await village.door.system.published("caseload", CareContactRecorded)
    (done,) = await until(lambda: village.door.system.published("roster", VisitDone))
    assert (done.data["visit_id"], done.data["care_contact_id"]) == (visit_id, recorded.data["care_contact_id"])
    assert (await village.read(f"visits/{visit_id}", service="roster"))["status"] == "done"

    # A visit that began two hours ago may have been yesterday's.
    path = f"activity-lines?from_on={CALENDAR.day(TODAY - 1)}&to_on={CALENDAR.day(TODAY)}"

    async def lines() -> Any:
        return (await village.read(path, service="finance")).get("items")

    (line,) = await until(lines)
    assert (line["client_id"], line["employee_id"]) == (CLIENT, str(employee("tom")))
    assert (line["activity_type"], line["minutes"]) == ("nursing", 75)

    async def encounter() -> Any:
        found = await village.door.call("tom", "GET", f"/fhir/R4/Encounter/{recorded.data['care_contact_id']}")
        return found.json() if found.is_success else None

    shown = await until(encounter)
    assert (shown["status"], shown["subject"]["reference"]) == ("finished", f"Patient/{CLIENT}")
    assert shown["appointment"] == [{"reference": f"Appointment/{visit_id}"}]


async def _is_sent_again(village: Village, tom: Tablet) -> None:
    """Step 5: the whole queue once more, as after an answer that was lost, and nothing is new."""
    before = tom.queue.outcomes()
    assert tom.queue.ask_again_from(1)
    assert tom.queue.unsent()[0] == 7
    await tom.push()
    assert tom.queue.outcomes() == before
    assert len(await village.door.system.published("caseload", CareContactRecorded)) == 1
    assert len((await village.read(f"wounds/{WOUND}"))["measurements"]) == 4


async def _joel_may_give(village: Village) -> str:
    """Tom writes down a medicine for when it is needed, and delegates it to Joel, whom he saw give it; its id."""
    joel, until_on, task = str(employee("joel")), in_days(30), "give_medicine"
    medicine = a_medicine(CLIENT, **as_needed())
    await village.door.insist("tom", "/caseload/v1/medicines", medicine)
    seen = {"assessed_by": str(employee("tom")), "assessed_on": CALENDAR.day(TODAY - 1), "task": task}
    competency = {"id": str(uuid7()), "team_id": str(TEAM), "employee_id": joel, "until_on": until_on, **seen}
    await village.door.insist("tom", "/hr/v1/competencies", competency)
    delegation = {"id": str(uuid7()), "task": task, "medicine_id": medicine["id"], "employee_id": joel}

    async def is_delegated() -> bool:
        body = {**delegation, "until_on": until_on}
        return (await village.door.call("tom", "POST", "/caseload/v1/delegations", body)).is_success

    await until(is_delegated)
    return str(medicine["id"])


def _gives(tablet: Tablet, medicine: str) -> str:
    """Just now; the id of the dose. Raises `DoseGivenAlready`."""
    dose = {"id": str(uuid7()), "medicine_id": medicine, "outcome": "given", "happened_at": tablet.now().isoformat()}
    tablet.note("record_administration", dose)
    return str(dose["id"])


@pytest.mark.timeout(400)
@EITHER_ORDER
async def test_one_medicine_that_two_gave_without_signal_is_neither_doubled_nor_lost(
    village: Village, toms_first: bool
) -> None:
    tom, joel = await village.tablet("tom"), await village.tablet("joel")
    await _round_is_planned(village)
    medicine = await _joel_may_give(village)
    await _takes_along(village, tom, joel)
    doses = {"tom": _gives(tom, medicine), "joel": _gives(joel, medicine)}
    with pytest.raises(DoseGivenAlready):
        _gives(tom, medicine)
    await village.loses_signal(tom, joel)

    await _arrive(village, tom, joel, toms_first)
    first, second = (tom, joel) if toms_first else (joel, tom)
    stands, waits = (doses["tom"], doses["joel"]) if toms_first else (doses["joel"], doses["tom"])
    assert (first.queue.outcomes(), second.queue.outcomes()) == ({1: "applied"}, {1: "conflict"})
    assert await _on_record(village, medicine) == [stands], "whichever arrives first"
    conflict = await _stand_side_by_side(village, stands, waits)
    await _a_third_is_refused(village, medicine, tom, joel, disputed=1)

    said = {"settling": "same_dose_noted_twice", "reason": "Joel gave it, and Tom wrote it as well"}
    path = f"/caseload/v1/sync/conflicts/{conflict['id']}/settle"
    settled = await village.door.call("tom", "POST", path, said, If_Match=f'"{conflict["version"]}"')
    assert settled.status_code == 200, settled.text
    assert await _on_record(village, medicine) == [stands]
    assert (await village.read("sync/conflicts?needs_me=true", "joel"))["items"] == []
    assert await village.door.system.published("caseload", IncidentRaised) == []
    await _a_third_is_refused(village, medicine, tom, joel, disputed=0)


async def _on_record(village: Village, medicine: str) -> list[str]:
    found = (await village.read(f"administrations?medicine_id={medicine}"))["items"]
    return [one["id"] for one in found]


async def _stand_side_by_side(village: Village, stands: str, waits: str) -> Any:
    """Both find the one conflict, which names them both and has both doses; gives it."""
    people = {str(employee(who)) for who in ("tom", "joel")}
    found = [(await village.read("sync/conflicts?needs_me=true", who))["items"] for who in ("tom", "joel")]
    assert found[0] == found[1]
    (listed,) = found[0]
    whole = await village.read(f"sync/conflicts/{listed['id']}")
    assert (whole["kind"], set(whole["people"])) == ("dose", people)
    assert [(one["content"]["id"], one["is_live"]) for one in whole["versions"]] == [(stands, True), (waits, False)]
    assert {one["made_by"] for one in whole["versions"]} == people
    return whole


async def _a_third_is_refused(village: Village, medicine: str, *tablets: Tablet, disputed: int) -> None:
    """By each tablet, by what it has heard: of one dose on record, and of so many in dispute."""
    await quiet(village.door.system)
    for tablet in tablets:
        await tablet.synchronise()
        heard = [len(tablet.queue.facts(entity)) for entity in ("administration", "dose_in_dispute")]
        assert heard == [1, disputed]
        with pytest.raises(DoseGivenAlready):
            _gives(tablet, medicine)
