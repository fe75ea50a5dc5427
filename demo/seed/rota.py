"""The standing visits, the week's rota and rounds, and what was done the week before."""

from typing import Any

from demo.barrow import DATA, TEAM, Calendar, Placed, Rounds, employee, id_of
from demo.callers import Gateway, side_by_side
from demo.report import Report


class Rota:
    """One week of shifts and visits."""

    def __init__(self, gateway: Gateway, calendar: Calendar, report: Report) -> None:
        self.gateway, self.calendar, self.report = gateway, calendar, report

    async def sow(self) -> None:
        known = await self._known("/roster/v1/visit-plans?")
        await self._places()
        await self._skills()
        added = await self._shifts() + await self._standing_visits(known) + await self._rounds()
        if added:
            self.report.progress(f"roster: {len(DATA['rota'])} shifts and {len(Rounds().placed)} visits of the week")
        if await self._last_week():
            self.report.progress("caseload: last week's contacts")

    async def _places(self) -> None:
        """Where the base and the clients are; what is there already is left as it is."""
        base = DATA["team"]["base"]
        wanted = [(id_of("base"), {"kind": "base", "name": base["name"]}, base["at"])]
        wanted += [(id_of("client", one["key"]), {"kind": "client"}, one["at"]) for one in DATA["clients"]]
        for subject, about, (latitude, longitude) in wanted:
            place = {"team_id": str(TEAM), "subject_id": str(subject), "source": "map", **about}
            place |= {"latitude": latitude, "longitude": longitude}
            await self.gateway.insist(
                "ruth", f"/roster/v1/places/{id_of('place', str(subject))}", place, "PUT", if_none_match="*"
            )

    async def _skills(self) -> None:
        """What the team says its members can do."""
        known = await self._known("/roster/v1/member-skills?")
        for one in DATA["staff"]:
            for skill in one["skills"]:
                said = {"id": str(id_of("skill", one["key"], skill)), "employee_id": str(employee(one["key"]))}
                if said["id"] not in known:
                    about = {"team_id": str(TEAM), "skill": skill, "from_on": self.calendar.day(-28)}
                    await self.gateway.insist("ruth", "/roster/v1/member-skills", said | about)

    async def _known(self, path: str) -> set[str]:
        """The ids that are there already, page by page."""
        found: set[str] = set()
        cursor = ""
        while True:
            page = await self.gateway.get("ruth", f"{path}team_id={TEAM}&limit=100{cursor}")
            found |= {item["id"] for item in page["items"]}
            if page.get("next_cursor") is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    async def _shifts(self) -> int:
        first, last = self.calendar.day(0), self.calendar.day(6)
        known = await self._known(f"/roster/v1/shifts?from_on={first}&to_on={last}&")
        missing = [shift for shift in map(self._shift, DATA["rota"]) if shift["id"] not in known]
        for shift in missing:
            await self.gateway.send("ruth", "/roster/v1/shifts", shift)
        return len(missing)

    def _shift(self, row: list[Any]) -> dict[str, Any]:
        day, who, kind, start, end, unpaid_break, supervised_only = row
        return {
            "id": str(id_of("shift", day, who, kind)),
            "team_id": str(TEAM),
            "employee_id": str(employee(who)),
            "kind": kind,
            "starts_at": self.calendar.at(day, start),
            "ends_at": self.calendar.at(day, end),
            "unpaid_break_minutes": unpaid_break,
            "supervised_only": supervised_only,
        }

    async def _standing_visits(self, known: set[str]) -> int:
        """The named nurse sets how often a client is visited and for how long."""
        plans = [(one, self._plan(one, n)) for one in DATA["clients"] for n in range(len(one["visits"]))]
        missing = [(client["named_nurse"], plan) for client, plan in plans if plan["id"] not in known]
        for nurse, plan in missing:
            await self.gateway.insist(nurse, "/roster/v1/visit-plans", plan)
        return len(missing)

    def _plan(self, client: dict[str, Any], number: int) -> dict[str, Any]:
        visit = client["visits"][number]
        kept = {name: visit[name] for name in ("purpose", "minutes", "role", "skills", "days", "channel")}
        return {
            "id": str(id_of("visit-plan", client["key"], number)),
            "team_id": str(TEAM),
            "client_id": str(id_of("client", client["key"])),
            "visits_per_four_weeks": visit["per_four_weeks"],
            "from_on": self.calendar.day(-28),
            **kept,
        }

    async def _rounds(self) -> int:
        known: set[str] = set()
        for day in range(7):
            day_list = await self.gateway.get("ruth", f"/roster/v1/visits?team_id={TEAM}&on={self.calendar.day(day)}")
            known |= {visit["id"] for visit in day_list["items"]}
        missing = [visit for visit in Rounds().placed if str(visit.visit_id) not in known]
        await side_by_side(self._visit(visit) for visit in missing)
        return len(missing)

    async def _visit(self, placed: Placed) -> None:
        visit = placed.client["visits"][placed.plan]
        planned = {
            "id": str(placed.visit_id),
            "team_id": str(TEAM),
            "client_id": str(id_of("client", placed.client["key"])),
            "employee_id": str(employee(placed.nurse)),
            "visit_plan_id": str(id_of("visit-plan", placed.client["key"], placed.plan)),
            "starts_at": self.calendar.at(placed.day, placed.clock),
            "ends_at": self.calendar.at(placed.day, placed.end_clock),
            "channel": visit["channel"],
            "purpose": visit["purpose"],
        }
        await self.gateway.insist(placed.nurse, "/roster/v1/visits", planned)

    async def _last_week(self) -> int:
        known: set[str] = set()
        for client in DATA["clients"]:
            record = await self.gateway.get("ruth", f"/caseload/v1/clients/{id_of('client', client['key'])}")
            known |= {contact["id"] for contact in record["care_contact"]}
        missing = [contact for contact in map(self._contact, Rounds().placed) if contact["id"] not in known]
        await side_by_side(self.gateway.send("ruth", "/caseload/v1/care-contacts", contact) for contact in missing)
        return len(missing)

    def _contact(self, placed: Placed) -> dict[str, Any]:
        visit = placed.client["visits"][placed.plan]
        name = ("last week", placed.client["key"], placed.plan, placed.day)
        social = {"reablement": "reablement", "medicines_prompt": "personal_care"}
        kinds = [social[skill] for skill in visit["skills"] if skill in social]
        kind = kinds[0] if kinds else "wider_support" if visit["purpose"] == "Social call" else "nursing"
        segment = {"id": str(id_of("segment", *name)), "activity_type": kind, "minutes": placed.minutes}
        return {
            "id": str(id_of("contact", *name)),
            "episode_of_care_id": str(id_of("episode", placed.client["key"])),
            "employee_id": str(employee(placed.nurse)),
            "channel": visit["channel"],
            "started_at": self.calendar.at(placed.day - 7, placed.clock),
            "segments": [segment],
        }
