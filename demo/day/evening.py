"""The evening: what one entry became everywhere else, and the day's scorecard."""

from typing import Any

from demo.barrow import DATA, TEAM, employee
from demo.callers import until
from demo.day import MAUREEN, Day, adding_up
from demo.day.afternoon import SEGMENTS
from demo.day.morning import SHARED
from demo.partners.surgery import waiting_patient
from demo.report import Step
from demo.seed import BUDGET

MINUTES = sum(SEGMENTS.values())


async def outputs(day: Day, step: Step) -> None:
    """One entry, many outputs, all by events, each exactly once."""
    await _finance(day, step)
    await _hours_and_measures(day, step)
    await _fhir(day, step)
    await _council(day, step)
    await adding_up.outputs(day, step)


async def _finance(day: Day, step: Step) -> None:
    today = day.calendar.day(0)

    async def lines() -> Any:
        page = await day.gateway.get("tom", f"/finance/v1/activity-lines?from_on={today}&to_on={today}&limit=100")
        mine = [line for line in page["items"] if line["care_contact_id"] == str(MAUREEN["contact"])]
        return mine if mine and all(line["cost_pence"] for line in mine) else None

    found = await until(lines) or []
    by_type = {line["activity_type"]: line["minutes"] for line in found}
    step.check(len(found) == 5 and by_type == SEGMENTS, "finance: five activity lines, each costed in pence")
    free = [line["charge_status"] for line in found if line["activity_type"] in {"reablement", "personal_care"}]
    step.check(set(free) == {"free_reablement"}, "finance: reablement and washing are free for six weeks")

    async def clock() -> Any:
        page = await day.gateway.get("tom", f"/finance/v1/reablement-episodes?team_id={TEAM}&as_of={today}")
        return [one for one in page["items"] if one["client_id"] == str(MAUREEN["client"])]

    clocks = await until(clock) or [{}]
    step.check(
        len(clocks) == 1 and clocks[0].get("days_left") == 42, "finance: her reablement clock runs, 42 days left"
    )


async def _hours_and_measures(day: Day, step: Step) -> None:
    today = day.calendar.day(0)

    async def hours() -> Any:
        week = await day.gateway.get("tom", f"/hr/v1/hours?team_id={TEAM}&week_of={today}")
        mine = [line for line in week["lines"] if line["employee_id"] == str(employee("tom"))]
        return mine if mine and mine[0]["contact_minutes"] == MINUTES else None

    step.check(await until(hours), f"hr: Tom's {MINUTES} minutes with a client are in his hours, once")

    async def share() -> Any:
        summary = await day.gateway.get("tom", f"/roster/v1/time-summary?team_id={TEAM}&week_of={today}")
        return summary if summary["recorded_minutes"] == MINUTES else None

    step.check(await until(share), "roster: the week's client-facing time grew by exactly this contact")
    visit = await day.gateway.get("tom", f"/roster/v1/visits/{MAUREEN['visit']}")
    step.check(visit["status"] == "done", "roster: the visit is done, without anybody ticking it off")

    async def measures() -> Any:
        path = f"/governance/v1/measures?team_id={TEAM}&from_on={today}&to_on={today}"
        items = (await day.gateway.get("tom", path))["items"]
        return {(one["code"], one["part"]): one for one in items}

    async def counted() -> Any:
        figures = await measures()
        return figures if figures["contacts", None]["value"] == 1 else None

    figures = await until(counted) or await measures()
    step.check(figures["contacts", None]["value"] == 1, "governance: the team's measures count one contact")
    minutes = figures["contact_minutes", "wider_support"]["value"]
    step.check(minutes == SEGMENTS["wider_support"], "governance: wider support is counted in minutes")


async def _fhir(day: Day, step: Step) -> None:
    number = f"https://fhir.nhs.uk/Id/nhs-number|{waiting_patient()['nhs_number']}"

    async def patient() -> Any:
        return await day.gateway.search("ewan", "Patient", identifier=number)

    patients = await until(patient) or [{"id": ""}]
    step.check(len(patients) == 1 and patients[0]["id"], "interop: she is found as a FHIR Patient by her NHS number")
    expected = {"ServiceRequest": 1, "EpisodeOfCare": 1, "Encounter": 1, "CarePlan": 1, "Observation": 4}
    for kind, count in expected.items():

        async def there(kind: str = kind, count: int = count) -> Any:
            resources = await day.gateway.search("ewan", kind, patient=patients[0]["id"])
            return resources if len(resources) == count else None

        step.check(await until(there), f"interop: {count} {kind} for her, no more and no less")


async def _council(day: Day, step: Step) -> None:
    def told() -> list[dict[str, Any]]:
        reference = "LAS-000204"
        return [event for event in day.council.accepted.values() if event["data"].get("council_ref") == reference]

    async def changed() -> Any:
        return [event for event in told() if event["type"].endswith("care_plan_changed.v1")]

    events = await until(changed) or []
    step.check(len(events) == 1, "council: it was told of the plan's change once, and the signature was right")
    step.check(day.council.refused == 0, "council: no delivery had a wrong signature")
    fields = {name for event in told() for name in event["data"]}
    step.check(fields and fields <= set(SHARED), "council: it learned the fields she agreed to, and nothing else")


async def scorecard(day: Day, step: Step) -> None:
    """The day in figures, each of them derived from rows."""
    today, week_ago = day.calendar.day(0), day.calendar.day(-7)
    clients = (await day.gateway.get("ruth", f"/caseload/v1/clients?team_id={TEAM}&limit=100"))["items"]
    step.check(len(clients) == len(DATA["clients"]) + 1, f"clients: {len(clients)}")
    summary = await day.gateway.get("anneke", f"/roster/v1/time-summary?team_id={TEAM}&week_of={today}")
    share = summary["standing_share"]
    said = f"client-facing share: {share['percent']} % of {summary['contracted_minutes'] / 60:g} contracted hours"
    step.check(share["percent"] == 28.4, f"{said} (the team aims at {summary['target_percent']} %)")
    path = f"/roster/v1/continuity?team_id={TEAM}&from_on={week_ago}&to_on={today}"
    continuity = (await day.gateway.get("ruth", path))["named_or_deputy"]
    step.check(continuity["percent"] is not None, f"continuity: {continuity['percent']} % by named nurse or deputy")
    await _money_and_obstacles(day, step)


async def _money_and_obstacles(day: Day, step: Step) -> None:
    today = day.calendar.day(0)
    page = await day.gateway.get("ruth", f"/finance/v1/reablement-episodes?team_id={TEAM}&as_of={today}")
    left = sorted(one["days_left"] for one in page["items"])
    step.check(left == [28, 42], f"reablement days left: {' and '.join(map(str, left))}")
    budget = await day.gateway.get("ruth", f"/finance/v1/budgets/{BUDGET}?as_of={today}")
    spent, total = budget["spent_pence"] / 100, budget["total_pence"] / 100
    step.check(0 < spent < total, f"spend: £{spent:,.2f} of £{total:,.0f}, with contacts of eight days")
    page = await day.gateway.get("colin", f"/governance/v1/obstacles?team_id={TEAM}&as_of={today}&open=true")
    ages = {one["title"]: (one["age_days"], one["escalation"]) for one in page["items"]}
    step.check(len(ages) == len(DATA["obstacles"]), f"obstacles: {len(ages)}")
    for title, (age, escalation) in sorted(ages.items(), key=lambda one: one[1]):
        step.check(age >= 0, f"{age} days: {title} ({escalation.replace('_', ' ')})")
