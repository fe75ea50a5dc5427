"""The morning: a referral from the surgery, the team's decision, the assessment and the plan."""

import json
from typing import Any

import httpx

from demo.barrow import DATA, TEAM, employee, id_of
from demo.callers import until
from demo.day import MAUREEN, Day
from demo.partners.surgery import referral_message, waiting_patient
from demo.report import Step
from demo.seed import COUNCIL

SHARED = ["council_ref", "care_plan_id", "line_id", "plan_version", "changed_at", "started_on", "last_free_day_on"]
WASHING = "Help to wash, every morning"


async def referral(day: Day, step: Step) -> None:
    """A BaRS message from the surgery becomes a referral that the team can read."""
    patient = waiting_patient()
    message = referral_message(patient, day.calendar)
    ids = {name: str(id_of("bars", name, day.calendar.day(0))) for name in ("x_request_id", "x_correlation_id")}
    answer = await day.gateway.call("ewan", "POST", "/fhir/R4/$process-message", message, **ids)
    if answer.status_code == 409:
        step.check("duplicate" in answer.text, "the message had arrived before, and was not taken twice")
    else:
        step.check(answer.status_code == 200, "interop stored the message and answered as BaRS asks")
        step.check(answer.json().get("type") == "message", "the answer is a message Bundle with our reference")
        again = await day.gateway.call("ewan", "POST", "/fhir/R4/$process-message", message, **ids)
        step.check(again.status_code == 409, "the same message again is a 409 duplicate, and nothing is doubled")

    async def received() -> Any:
        page = await day.gateway.get("ruth", f"/caseload/v1/referrals?team_id={TEAM}&limit=100")
        return [one for one in page["items"] if one["nhs_number"] == patient["nhs_number"]]

    found = await until(received) or []
    step.check(len(found) == 1, "caseload holds one referral for this person")
    referral_ = day.found["referral"] = found[0]
    step.check(referral_["source"] == "gp", "its source is the general practice")
    step.check(referral_["urgency"] == "urgent", "its urgency is as the surgery said")
    step.check("Leg ulcer" in referral_["reason"], "its reason is in the surgery's words")
    step.check(referral_["inbound_referral_id"], "it is tied to the message that interop keeps")


async def decision(day: Day, step: Step) -> None:
    """The team takes her on by consent, and only then is the referral accepted."""
    referral_id = day.found["referral"]["id"]
    path = f"/governance/v1/decisions/{MAUREEN['decision']}"
    proposal = {
        "id": str(MAUREEN["decision"]),
        "team_id": str(TEAM),
        "title": "Take on the surgery's referral of today; Tom named, Joel deputy",
        "proposal": "We take her on from today: her leg, and somebody to talk to.",
        "subjects": [{"kind": "referral", "id": referral_id}],
    }
    await day.gateway.send("ruth", "/governance/v1/decisions", proposal)
    if (await day.gateway.get("ruth", path))["status"] == "proposed":
        await _consent(day, step, path, referral_id)
    settled = await day.gateway.get("ruth", path)
    step.check(settled["status"] == "adopted", "five agree, one can live with it: adopted")
    step.check(settled["consent"]["can_live_with"] == 1, "the one who can live with it is counted as such")

    async def accepted() -> bool:
        answer = await _accept(day, referral_id)
        return answer.is_success or bool(answer.json()["code"] == "referral_already_decided")

    step.check(await until(accepted), "the referral is accepted by that decision")
    record = await day.gateway.get("tom", f"/caseload/v1/clients/{MAUREEN['client']}")
    episode = record["episode_of_care"][0]
    step.check(len(record["episode_of_care"]) == 1, "one episode of care is open")
    people = (episode["named_nurse_id"], episode["deputy_id"])
    step.check(people == (str(employee("tom")), str(employee("joel"))), "Tom is the named nurse and Joel the deputy")


async def _consent(day: Day, step: Step, path: str, referral_id: str) -> None:
    early = await _accept(day, referral_id)
    step.check(early.json().get("code") == "decision_not_adopted", "before the team decided, nobody can accept it")
    silent = await day.gateway.call("sandra", "POST", f"{path}/positions", {"position": "cannot_live_with"})
    step.check(silent.status_code == 422, "an objection needs its reason")
    objection = {"position": "cannot_live_with", "reason": "Who covers Thursday?"}
    await day.gateway.send("sandra", f"{path}/positions", objection)
    for member in DATA["staff"]:
        if member["key"] != "sandra":
            position = "can_live_with" if member["key"] == "priya" else "agree"
            await day.gateway.send(member["key"], f"{path}/positions", {"position": position})
    review = {"review_on": day.calendar.day(28)}
    blocked = await day.gateway.call("ruth", "POST", f"{path}/adopt", review)
    step.check(blocked.json().get("code") == "objection_stands", "one objection stops it, until it is met")
    await day.gateway.send("sandra", f"{path}/positions", {"position": "agree"})
    await day.gateway.send("ruth", f"{path}/adopt", review)


async def _accept(day: Day, referral_id: str) -> httpx.Response:
    acceptance = {
        "client_id": str(MAUREEN["client"]),
        "episode_of_care_id": str(MAUREEN["episode"]),
        "named_nurse_id": str(employee("tom")),
        "deputy_id": str(employee("joel")),
        "pathway": "recovery",
        "decision_id": str(MAUREEN["decision"]),
    }
    return await day.gateway.call("tom", "POST", f"/caseload/v1/referrals/{referral_id}/accept", acceptance)


async def assessment(day: Day, step: Step) -> None:
    """One form for nursing and for the Care Act, and a plan in her words that she agrees."""
    await day.gateway.send("tom", "/caseload/v1/assessments", _form(day))
    path = f"/caseload/v1/assessments/{MAUREEN['assessment']}"
    await day.gateway.send("tom", f"{path}/complete", done="assessment_already_complete")
    nursing = await day.gateway.get("tom", f"{path}/nursing-view")
    care_act = await day.gateway.get("tom", f"{path}/care-act-view")
    codes = [found["problem"]["code"] for found in nursing["found"]]
    step.check(codes == ["07", "26", "38"], "the nursing view has three Omaha problems with their ratings")
    step.check(care_act["eligible"] is True, "the Care Act view of the same form finds eligible needs")
    step.check("found" not in care_act and "care_act" not in nursing, "neither view holds the other's part")
    await _share(day)
    await _share_with_the_surgery(day)
    await day.gateway.send("tom", "/caseload/v1/care-plans", _plan(day))
    agreement = {"agreed_how": "in_person", "agreed_on": day.calendar.day(0)}
    plan_path = f"/caseload/v1/care-plans/{MAUREEN['plan']}"
    await day.gateway.send("tom", f"{plan_path}/agree", agreement, done="care_plan_already_agreed")
    plan = await day.gateway.get("tom", plan_path)
    step.check(plan["status"] == "agreed" and plan["client_words"], "the plan is agreed with her, in her words")
    step.check(
        {line["domain"] for line in plan["lines"]} == {"nursing", "social_care"}, "nursing and social care in one"
    )


def _form(day: Day) -> dict[str, Any]:
    problems = [_problem(code, sign, scores) for code, sign, scores in _FOUND]
    findings = [("hygiene", "only_with_help"), ("relationships", "with_pain_or_distress"), ("nutrition", "able")]
    return {
        "id": str(MAUREEN["assessment"]),
        "episode_of_care_id": str(MAUREEN["episode"]),
        "assessed_on": day.calendar.day(0),
        "what_matters": "My leg healed, and company on Thursdays",
        "problems": problems,
        "care_act": {
            "needs_from_impairment": True,
            "findings": [{"outcome": outcome, "ability": ability} for outcome, ability in findings],
            "significant_impact": True,
        },
        "carer": "A neighbour looks in",
        "home": "Two steps at the door",
    }


_FOUND = (("26", "26.01", (3, 3, 2)), ("07", "07.01", (3, 2, 2)), ("38", "38.02", (3, 3, 3)))


def _problem(code: str, sign: str, scores: tuple[int, int, int]) -> dict[str, Any]:
    rating = {"id": str(id_of("maureen", "rating", code)), "occasion": "admission"}
    rated = dict(zip(("knowledge", "behavior", "status"), scores, strict=True))
    return {"id": str(id_of("maureen", "problem", code)), "code": code, "signs": [sign], "rating": rating | rated}


def _plan(day: Day) -> dict[str, Any]:
    lines = (
        ("nursing", "02.14", "Compression, two layers; measure weekly"),
        ("social_care", "01.41", WASHING),
        ("social_care", "03.60", "Thursday lunch club, with the car scheme"),
    )
    return {
        "id": str(MAUREEN["plan"]),
        "episode_of_care_id": str(MAUREEN["episode"]),
        "client_words": "I want my leg healed before the spring fair",
        "expected_visits": 12,
        "ends_on": day.calendar.day(60),
        "reablement_from": day.calendar.day(0),
        "lines": [
            {"id": str(id_of("maureen", "line", n)), "domain": domain, "intervention": code, "words": words}
            for n, (domain, code, words) in enumerate(lines)
        ],
    }


async def _share(day: Day) -> None:
    """She agrees what the council may know: seven facts, and no more."""
    share = {
        "id": str(MAUREEN["share"]),
        "client_id": str(MAUREEN["client"]),
        "connection_id": str(COUNCIL),
        "purpose": "Social care at home",
        "basis": "consent",
        "consented_on": day.calendar.day(0),
        "fields": SHARED,
        "council_ref": "LAS-000204",
    }

    async def kept() -> bool:
        """Interop learns of a client by event, so the share may have to wait a moment."""
        answer = await day.gateway.call("tom", "POST", "/interop/v1/shares", share)
        return answer.is_success or answer.json().get("code") in {"already_recorded", "already_shared"}

    if not await until(kept):
        raise RuntimeError(f"the share was not kept: {json.dumps(share['fields'])}")


async def _share_with_the_surgery(day: Day) -> None:
    """The GP who referred her may be told of her care."""
    share = {"id": str(id_of("maureen", "surgery share")), "episode_of_care_id": str(MAUREEN["episode"])}
    share |= {"basis": "direct_care", "told_on": day.calendar.day(0)}
    await day.gateway.send("tom", "/caseload/v1/surgery-shares", share, done="already_on_a_list")
