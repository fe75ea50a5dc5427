"""The afternoon: the visit planned, and what happened there written down once."""

from typing import Any
from uuid import UUID

from demo.barrow import TEAM, employee, id_of
from demo.day import MAUREEN, Day
from demo.day.morning import WASHING
from demo.report import Step

# Minutes of the visit by type of activity; they add up to the hour and a quarter that was planned.
SEGMENTS = {"nursing": 30, "personal_care": 15, "reablement": 15, "wider_support": 10, "coordination": 5}
START, END = "14:00", "15:15"
HER, ANOTHER = MAUREEN["client"], id_of("client", "cl-17")
REFUSALS = (
    (ANOTHER, "14:30", "15:30", "tom", "nurse_already_booked", "a second visit for Tom at that time is refused"),
    (HER, "19:00", "20:00", "tom", "outside_shift", "a visit after his shift is refused"),
    (HER, "14:15", "15:00", "ruth", "client_already_visited", "nobody else is sent to her at that time"),
    (HER, "11:00", "11:30", "sandra", "not_cleared_to_visit_alone", "nobody goes alone before the DBS check is clear"),
)
EVENINGS_TOO = "Help to wash, mornings and evenings"


async def visit(day: Day, step: Step) -> None:
    """Visits are planned within a shift, clash with nothing, and come back in order."""
    planned = _visit(day, MAUREEN["visit"], HER, START, END)
    await day.gateway.insist("tom", "/roster/v1/visits", planned)
    kept = await day.gateway.get("tom", f"/roster/v1/visits/{MAUREEN['visit']}")
    step.check(kept["employee_id"] == planned["employee_id"], "Tom's visit is planned within his shift")
    for number, (client, start, end, nurse, code, what) in enumerate(REFUSALS):
        refused = _visit(day, id_of("maureen", "refused visit", number), client, start, end, nurse)
        answer = await day.gateway.call("tom", "POST", "/roster/v1/visits", refused)
        step.check(answer.status_code == 409 and answer.json()["code"] == code, what)
    path = f"/roster/v1/visits?team_id={TEAM}&on={day.calendar.day(0)}&employee_id={employee('tom')}"
    visits = (await day.gateway.get("tom", path))["items"]
    starts = [one["starts_at"] for one in visits]
    step.check(starts == sorted(starts) and len(starts) == 4, "Tom's four visits of the day come back in order")


def _visit(day: Day, visit_id: UUID, client: UUID, start: str, end: str, nurse: str = "tom") -> dict[str, Any]:
    return {
        "id": str(visit_id),
        "team_id": str(TEAM),
        "client_id": str(client),
        "employee_id": str(employee(nurse)),
        "starts_at": day.calendar.at(0, start),
        "ends_at": day.calendar.at(0, end),
        "purpose": "First visit: leg, washing, company",
    }


async def contact(day: Day, step: Step) -> None:
    """The nurse writes once: the contact by segments, the wound, and a change of the plan."""
    segments = [
        {"id": str(id_of("maureen", "segment", kind)), "activity_type": kind, "minutes": minutes}
        for kind, minutes in SEGMENTS.items()
    ]
    recorded = {
        "id": str(MAUREEN["contact"]),
        "episode_of_care_id": str(MAUREEN["episode"]),
        "visit_id": str(MAUREEN["visit"]),
        "employee_id": str(employee("tom")),
        "channel": "in_person",
        "started_at": day.calendar.at(0, START),
        "segments": segments,
        "interventions": ["02.14", "03.60"],
        "note": "Wound clean. She used to sing in the choir.",
        "note_id": str(id_of("maureen", "note")),
    }
    await day.gateway.send("tom", "/caseload/v1/care-contacts", recorded)
    again = await day.gateway.call("tom", "POST", "/caseload/v1/care-contacts", recorded)
    step.check(
        again.json().get("code") == "already_recorded", "the contact is recorded, once, however often it is sent"
    )
    await _wound(day, step)
    await _plan_change(day, step)


async def _wound(day: Day, step: Step) -> None:
    wound = {"id": str(MAUREEN["wound"]), "episode_of_care_id": str(MAUREEN["episode"]), "site": "left gaiter"}
    await day.gateway.send("tom", "/caseload/v1/wounds", wound)
    measured = {
        "id": str(id_of("maureen", "measured")),
        "measured_at": day.calendar.at(0, "14:10"),
        "length_mm": 42,
        "width_mm": 28,
        "care_contact_id": str(MAUREEN["contact"]),
    }
    await day.gateway.send("tom", f"/caseload/v1/wounds/{MAUREEN['wound']}/measurements", measured)
    trend = await day.gateway.get("tom", f"/caseload/v1/wounds/{MAUREEN['wound']}")
    areas = [measurement["area_mm2"] for measurement in trend["measurements"]]
    step.check(areas == [1176], "the wound is measured: 4.2 × 2.8 cm, 11.76 cm²")


async def _plan_change(day: Day, step: Step) -> None:
    path = f"/caseload/v1/care-plans/{MAUREEN['plan']}"
    line = f"{path}/lines/{id_of('maureen', 'line', 1)}"
    before = await day.gateway.call("tom", "GET", path)
    if before.json()["lines"][1]["words"] == WASHING:
        etag = before.headers["etag"]
        changed = await day.gateway.call("tom", "PUT", line, {"words": EVENINGS_TOO}, If_Match=etag)
        step.check(changed.status_code == 200, "the social-care line of the plan is changed")
        stale = await day.gateway.call("joel", "PUT", line, {"words": "Mornings only"}, If_Match=etag)
        step.check(stale.status_code == 412, "a change made on the old version is refused, and nothing is overwritten")
    after = await day.gateway.get("tom", path)
    step.check(after["lines"][1]["words"] == EVENINGS_TOO, "the plan holds the change that was made first")
