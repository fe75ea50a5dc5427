"""Eighteen clients taken over by one decision, each assessed and with an agreed plan."""

from functools import partial
from typing import Any

from demo.barrow import DATA, TEAM, Calendar, employee, id_of
from demo.callers import Gateway, side_by_side, until
from demo.report import Report

TAKEN_OVER = id_of("decision", "take over the village")


class Clients:
    """The caseload of the village."""

    def __init__(self, gateway: Gateway, calendar: Calendar, report: Report) -> None:
        self.gateway, self.calendar, self.report = gateway, calendar, report

    async def sow(self) -> None:
        page = await self.gateway.get("ruth", f"/caseload/v1/clients?team_id={TEAM}&limit=100")
        known = {item["id"] for item in page["items"]}
        if len(known) < len(DATA["clients"]):
            await side_by_side(self._refer(client) for client in DATA["clients"])
            await self._decide_to_take_them_over()
        await side_by_side(self._take_on(client) for client in DATA["clients"])
        if len(known) < len(DATA["clients"]):
            self.report.progress(f"caseload: {len(DATA['clients'])} clients assessed, with an agreed plan each")

    async def _refer(self, client: dict[str, Any]) -> None:
        details = ("given_name", "family_name", "sex", "birth_on", "nhs_number", "address_line", "postcode", "phone")
        referral = {
            "id": str(id_of("referral", client["key"])),
            "team_id": str(TEAM),
            "source": client["source"],
            "reason": client["why"],
            "received_at": self.calendar.at(client["referred"], "09:00"),
            "person": {name: client[name] for name in details},
        }
        await self.gateway.send(client["named_nurse"], "/caseload/v1/referrals", referral)

    async def _decide_to_take_them_over(self) -> None:
        subjects = [{"kind": "referral", "id": str(id_of("referral", one["key"]))} for one in DATA["clients"]]
        decision: dict[str, Any] = {
            "id": str(TAKEN_OVER),
            "team_id": str(TEAM),
            "title": "Take over the village's clients",
        }
        decision |= {"proposal": "We look after these people from now on.", "subjects": subjects}
        await self.gateway.send("ruth", "/governance/v1/decisions", decision)
        path = f"/governance/v1/decisions/{TAKEN_OVER}"
        for member in DATA["staff"]:
            position = {"position": "agree"}
            await self.gateway.send(member["key"], f"{path}/positions", position, done="decision_already_settled")
        review = {"review_on": self.calendar.day(30)}
        await self.gateway.send("ruth", f"{path}/adopt", review, done="decision_already_settled")

    async def _take_on(self, client: dict[str, Any]) -> None:
        key, nurse = client["key"], client["named_nurse"]
        client_id = str(id_of("client", key))
        answer = await self.gateway.call(nurse, "GET", f"/caseload/v1/clients/{client_id}")
        if answer.is_success and any(plan["status"] == "agreed" for plan in answer.json()["care_plan"]):
            return
        acceptance = {
            "client_id": client_id,
            "episode_of_care_id": str(id_of("episode", key)),
            "named_nurse_id": str(employee(nurse)),
            "deputy_id": str(employee(client["deputy"])),
            "pathway": client["pathway"],
            "decision_id": str(TAKEN_OVER),
        }
        path = f"/caseload/v1/referrals/{id_of('referral', key)}/accept"
        await until(partial(self._accepted, nurse, path, acceptance))
        await self._describe_home(client)
        await self._assess(client)
        await self._plan(client)

    async def _accepted(self, nurse: str, path: str, acceptance: dict[str, Any]) -> bool:
        answer = await self.gateway.call(nurse, "POST", path, acceptance)
        return answer.is_success or answer.json()["code"] == "referral_already_decided"

    async def _describe_home(self, client: dict[str, Any]) -> None:
        """Once: what a nurse has written there since is hers."""
        path, home = (
            f"/caseload/v1/clients/{id_of('client', client['key'])}/home",
            {"signal_at_home": client["signal_at_home"]},
        )
        await self.gateway.call(client["named_nurse"], "PUT", path, home, If_None_Match="*")

    async def _assess(self, client: dict[str, Any]) -> None:
        key, nurse = client["key"], client["named_nurse"]
        assessment_id = str(id_of("assessment", key))
        findings = [{"outcome": outcome, "ability": "only_with_help"} for outcome in ("hygiene", "home_safety")]
        form = {
            "id": assessment_id,
            "episode_of_care_id": str(id_of("episode", key)),
            "assessed_on": self.calendar.day(client["referred"] + 1),
            "what_matters": client["goal"],
            "problems": [self._problem(key, problem) for problem in client["problems"]],
            "care_act": {"needs_from_impairment": True, "findings": findings, "significant_impact": True},
        }
        await self.gateway.send(nurse, "/caseload/v1/assessments", form)
        path = f"/caseload/v1/assessments/{assessment_id}/complete"
        await self.gateway.send(nurse, path, done="assessment_already_complete")
        for problem in client["problems"]:
            for rating in problem["ratings"][1:]:
                path = f"/caseload/v1/problems/{id_of('problem', key, problem['code'])}/ratings"
                await self.gateway.send(nurse, path, self._rating(key, problem["code"], rating))

    def _problem(self, key: str, problem: dict[str, Any]) -> dict[str, Any]:
        kept = {name: problem[name] for name in ("code", "ownership", "type", "signs")}
        rating = self._rating(key, problem["code"], problem["ratings"][0])
        return {"id": str(id_of("problem", key, problem["code"])), **kept, "rating": rating}

    def _rating(self, key: str, code: str, rating: list[Any]) -> dict[str, Any]:
        occasion, knowledge, behavior, status = rating
        scores = {"knowledge": knowledge, "behavior": behavior, "status": status}
        return {"id": str(id_of("rating", key, code, occasion)), "occasion": occasion, **scores}

    async def _plan(self, client: dict[str, Any]) -> None:
        key, nurse = client["key"], client["named_nurse"]
        plan_id, episode_id = str(id_of("plan", key)), str(id_of("episode", key))
        for number, wound in enumerate(client["wounds"]):
            wound_id = str(id_of("wound", key, number))
            new = {"id": wound_id, "episode_of_care_id": episode_id, "site": wound["site"]}
            await self.gateway.send(nurse, "/caseload/v1/wounds", new)
            for offset, length, width in wound["measured"]:
                measured = {"id": str(id_of("measured", key, number, offset)), "length_mm": length, "width_mm": width}
                measured["measured_at"] = self.calendar.at(offset, "10:00")
                await self.gateway.send(nurse, f"/caseload/v1/wounds/{wound_id}/measurements", measured)
        plan = {
            "id": plan_id,
            "episode_of_care_id": episode_id,
            "client_words": client["goal"],
            "expected_visits": sum(visit["per_four_weeks"] for visit in client["visits"]),
            "ends_on": self.calendar.day(28),
            "lines": [self._line(key, number, visit) for number, visit in enumerate(client["visits"])],
        }
        if client["reablement_from"] is not None:
            plan["reablement_from"] = self.calendar.day(client["reablement_from"])
        await self.gateway.send(nurse, "/caseload/v1/care-plans", plan)
        agreement = {"agreed_how": "in_person", "agreed_on": self.calendar.day(client["referred"] + 2)}
        path = f"/caseload/v1/care-plans/{plan_id}/agree"
        await self.gateway.send(nurse, path, agreement, done="care_plan_already_agreed")

    def _line(self, key: str, number: int, visit: dict[str, Any]) -> dict[str, Any]:
        domain = "social_care" if "reablement" in visit["skills"] else "nursing"
        return {"id": str(id_of("line", key, number)), "domain": domain, "words": visit["purpose"]}
