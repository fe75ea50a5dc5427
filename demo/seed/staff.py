"""The staff of the team, and the moment when every service knows who belongs to it."""

from functools import partial
from typing import Any

from demo.barrow import DATA, TEAM, Calendar, employee, id_of
from demo.callers import Gateway, until
from demo.report import Report


class Staff:
    """Six people with their files, terms and checks."""

    def __init__(self, gateway: Gateway, calendar: Calendar, report: Report) -> None:
        self.gateway, self.calendar, self.report = gateway, calendar, report

    async def sow(self) -> None:
        team = await self.gateway.get("jean", f"/hr/v1/team-members?team_id={TEAM}")
        if len(team["items"]) == len(DATA["staff"]):
            return
        for member in DATA["staff"]:
            await self._employ(member)
        for member in DATA["staff"]:
            if member["role"] == "assistant_practitioner":
                await self._sign_off(member)
        self.report.progress(f"hr: {len(DATA['staff'])} staff with contract, DBS check and membership")

    async def _employ(self, member: dict[str, Any]) -> None:
        key, day = member["key"], self.calendar.day
        known = ("given_name", "family_name", "role", "title", "band", "phone", "skills")
        file = {name: member[name] for name in known} | {"id": str(employee(key))}
        if member["revalidation_due"] is not None:
            file["revalidation_due_on"] = day(member["revalidation_due"])
        await self.gateway.send("jean", "/hr/v1/employees", file)
        terms = {
            "id": str(id_of("contract", key)),
            "employee_id": file["id"],
            "team_id": str(TEAM),
            "kind": member["contract"],
            "band": member["band"],
            "role": member["role"],
            "minutes_per_week": member["minutes_per_week"],
            "from_on": day(member["from"]),
            "until_on": None if member["until"] is None else day(member["until"]),
            "home_employer": member["home_employer"],
            "return_guaranteed": member["return_guaranteed"],
        }
        await self.gateway.send("jean", "/hr/v1/contracts", terms)
        await self._check(member, file["id"])
        belongs = {name: terms[name] for name in ("employee_id", "team_id", "role", "from_on")}
        await self.gateway.send("jean", "/hr/v1/team-memberships", {"id": str(id_of("membership", key)), **belongs})

    async def _check(self, member: dict[str, Any], employee_id: str) -> None:
        check, day = member["dbs"], self.calendar.day
        check_id, started = str(id_of("dbs", member["key"])), check["on"] - (14 if check["clear"] else 0)
        new = {"id": check_id, "employee_id": employee_id, "team_id": str(TEAM), "started_on": day(started)}
        new["waiting_on"] = "employer"
        await self.gateway.send("jean", "/hr/v1/dbs-checks", new)
        steps = ("submitted", "with_dbs", "clear") if check["clear"] else ()
        for number, status in enumerate(steps):
            news = {"status": status, "on": day(check["on"] if status == "clear" else started + number + 1)}
            path = f"/hr/v1/dbs-checks/{check_id}/progress"
            await self.gateway.send("jean", path, news, done="step_not_possible")

    async def _sign_off(self, member: dict[str, Any]) -> None:
        """An assistant does by delegation what Ruth has seen her do; hr records what Ruth signed."""
        known = {
            "team_id": str(TEAM),
            "employee_id": str(employee(member["key"])),
            "assessed_by": str(employee("ruth")),
        }
        known |= {"assessed_on": self.calendar.day(-28), "until_on": self.calendar.day(300)}
        for task in member["skills"]:
            new = {"id": str(id_of("competency", member["key"], task)), "task": task}
            await self.gateway.insist("jean", "/hr/v1/competencies", new | known)

    async def until_everybody_knows_the_team(self) -> None:
        """Membership travels by event; a nurse is believed in a service as soon as it has heard."""
        probes = (
            f"/caseload/v1/outcomes?team_id={TEAM}",
            f"/roster/v1/time-summary?team_id={TEAM}&week_of={self.calendar.day(0)}",
            f"/finance/v1/activity-costs?team_id={TEAM}&from_on={self.calendar.day(0)}&to_on={self.calendar.day(0)}",
            f"/governance/v1/obstacles/summary?team_id={TEAM}&as_of={self.calendar.day(0)}",
        )
        for member in DATA["staff"]:
            for path in probes:
                await until(partial(self._answers, member["key"], path))

    async def _answers(self, who: str, path: str) -> bool:
        return (await self.gateway.call(who, "GET", path)).is_success
