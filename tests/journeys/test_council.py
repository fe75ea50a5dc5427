"""J5: from a care plan's change into the council's own system and the surgery's, and nobody types twice."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from demo.barrow import TEAM, employee
from demo.partners import council as partner
from services.common.types import day_in_england
from tests.finance.facts import CONTACT, CONTRACT, a_contact, a_contract
from tests.journeys.around_the_council import COUNCIL, OLIVES_CASE, RAYMONDS_CASE, Barrow, Client, at_work, new_id
from tests.journeys.beside_the_council import (
    ARRANGES,
    a_day_reaches_the_surgery_and_the_trust,
    an_admission_pauses_harolds_care,
    the_agencys_calls_come_from_the_council,
)
from tests.running import Databases, until

PLAN = ["council_ref", "intervention", "plan_version"]
REABLEMENT = ["council_ref", "last_free_day_on", "decision_due_on"]
ENDING = "uk.heatshield.social_care.reablement_ending.v1"
WITHDRAWN = "uk.heatshield.social_care.share_withdrawn.v1"
ASKED = "uk.heatshield.social_care.financial_assessment_asked.v1"


@pytest.fixture
async def barrow(databases: Databases, tmp_path: Path) -> AsyncIterator[Barrow]:
    async with at_work(databases, tmp_path) as made:
        yield made


async def connected(barrow: Barrow) -> str:
    connection_id = new_id("council")
    body = {"name": "The council", "url": f"https://{COUNCIL}{partner.PATH}", "secret": partner.SECRET}
    body["refers_as"] = ARRANGES
    await barrow.sends("nadia", "interop", f"/v1/connections/{connection_id}", body, by="PUT")
    return connection_id


def heard(barrow: Barrow, kind: str, *cases: str) -> list[dict[str, Any]]:
    """What the council was told of this kind, or of it about these cases."""
    told = [event["data"] for event in barrow.council.accepted.values() if event["type"] == kind]
    return [one for one in told if not cases or one["council_ref"] in cases]


async def waiting(barrow: Barrow, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await barrow.reads("gareth", "interop", "/v1/care-plan-changes", **asked))["items"]
    return found


async def comes_to(barrow: Barrow, path: str, state: str) -> dict[str, Any]:
    async def read() -> dict[str, Any] | None:
        found: dict[str, Any] = await barrow.reads("gareth", "interop", path)
        return found if found["state"] == state else None

    reached: dict[str, Any] = await until(read)
    return reached


async def the_change_that_gareth_sees(barrow: Barrow, olive: Client) -> dict[str, Any]:
    """Step 1: Tom writes that the evening call no longer fits, once, in the plan. Step 2: Gareth sees that change."""
    since = (await barrow.reads("gareth", "interop", "/v1/care-plan-changes"))["next_cursor"]
    await olive.changes_line(new_id("olive", "personal care"), "Larkfield's evening call comes too late: bed at eight")
    (shown,) = await until(lambda: waiting(barrow, since=since))
    assert shown["submission"]["client_id"] == olive.client_id
    assert shown["words"] == "Larkfield's evening call comes too late: bed at eight"
    findings = shown["care_act_view"]["care_act"]["findings"]
    assert [one["outcome"] for one in findings] == ["hygiene", "clothing"]
    assert set(shown["shared"]) == set(PLAN)
    return dict(shown)


async def it_is_reviewed_rejected_mended_and_acknowledged(barrow: Barrow, shown: dict[str, Any]) -> None:
    """Steps 2 and 3."""
    submission_id = shown["submission"]["id"]
    path = f"/v1/social-care/submissions/{submission_id}"
    reviewed = await barrow.sends("gareth", "interop", f"/v1/care-plan-changes/{submission_id}/review")
    assert reviewed["reviewed_by"] == str(employee("gareth"))
    rejected = await comes_to(barrow, path, "rejected")
    assert (rejected["reason"], rejected["waiting_on"]) == ("unknown case id", "social_worker")
    await barrow.sends("gareth", "interop", f"{path}/correct", {"case_id": OLIVES_CASE})
    await barrow.sends("gareth", "interop", f"{path}/resend")
    await comes_to(barrow, path, "acknowledged")
    assert await barrow.refused("gareth", "interop", f"{path}/resend") == (409, "submission_already_acknowledged")
    told = heard(barrow, partner.SUBMITTED)
    assert told == [shown["shared"], {**shown["shared"], "council_ref": OLIVES_CASE}], "what is shared, and no more"


async def olives_change_is_acknowledged(barrow: Barrow, olive: Client, connection_id: str) -> None:
    """Steps 1 to 3."""
    await olive.is_assessed()
    await olive.agrees_a_plan("Help into bed at nine")
    await olive.shares(connection_id, PLAN, "OLD-93")
    await olive.invites("gareth")
    shown = await the_change_that_gareth_sees(barrow, olive)
    await it_is_reviewed_rejected_mended_and_acknowledged(barrow, shown)
    await the_day_adds_up(barrow)


async def the_day_adds_up(barrow: Barrow) -> None:
    """What was done, sent and acknowledged is the same."""
    today = day_in_england(datetime.now(UTC)).isoformat()

    async def reckoned() -> Any:
        (line,) = (await barrow.reads("nadia", "interop", "/v1/reconciliations", day=today, partner="council"))["items"]
        return line if line["done"] == line["acknowledged"] else None

    line = await until(reckoned)
    assert (line["done"], line["sent"], line["differences"]) == (2, 2, []), "the line's change, and its submission"


async def beryls_free_weeks_end_with_a_decision_and_then_personal_care_is_billed(
    barrow: Barrow, beryl: Client, connection_id: str
) -> None:
    """Step 4."""
    await beryl.shares(connection_id, REABLEMENT, "LAS-40050")
    await beryl.agrees_a_plan("Help to shower until she does it herself", reablement_from="2026-11-09")

    async def clock() -> Any:
        return (await barrow.reads("megan", "finance", "/v1/reablement-episodes", as_of="2026-11-23"))["items"]

    (episode,) = await until(clock)
    assert (episode["last_free_day_on"], episode["decision_due_on"]) == ("2026-12-20", "2026-12-13")
    assert (episode["days_gone"], episode["days_left"]) == (14, 28)
    assert heard(barrow, ENDING) == [], "on day 34 nobody is asked yet"
    barrow.day[0] = date(2026, 12, 13)
    await until(lambda: heard(barrow, ENDING))
    ending = {"council_ref": "LAS-40050", "last_free_day_on": "2026-12-20", "decision_due_on": "2026-12-13"}
    assert heard(barrow, ENDING) == [ending]

    asked = {"id": new_id("beryl", "assessment"), "reablement_id": episode["id"]}
    before = await barrow.refused("farah", "finance", "/v1/financial-assessments", asked)
    assert before == (409, "no_financial_assessment_decided")
    decision = {"decision": "financial_assessment"}
    await barrow.sends("megan", "finance", f"/v1/reablement-episodes/{episode['id']}/decide", decision)
    await barrow.sends("farah", "finance", "/v1/financial-assessments", asked)
    await until(lambda: heard(barrow, ASKED))
    outcome = {"outcome": "contributes", "weekly_pence": 3850, "from_on": "2026-12-21", "council_ref": "FA-118"}
    path = f"/v1/financial-assessments/{asked['id']}"
    await barrow.sends("jean-finance", "finance", f"{path}/outcome", outcome)
    await personal_care_is_billed_and_wound_care_never(barrow, beryl, path)


async def personal_care_is_billed_and_wound_care_never(barrow: Barrow, beryl: Client, path: str) -> None:
    who = {"team_id": str(TEAM), "employee_id": str(employee("sandra"))}
    await barrow.system.deliver("finance", CONTRACT, a_contract(**who, band="4"))
    for day in ("20", "21", "23"):
        at = {"started_at": f"2026-12-{day}T09:00:00Z", "client_id": beryl.client_id, **who}
        await barrow.system.deliver("finance", CONTACT, a_contact(("personal_care", 75), ("nursing", 30), **at))
    lines = await barrow.reads("megan", "finance", "/v1/activity-lines", from_on="2026-12-20", to_on="2026-12-27")
    billed = [(one["occurred_on"][-2:], one["activity_type"], one["charge_status"]) for one in lines["items"]]
    assert sorted(billed) == [
        ("20", "nursing", "health_never_charged"),
        ("20", "personal_care", "free_reablement"),
        ("21", "nursing", "health_never_charged"),
        ("21", "personal_care", "client_contributes"),
        ("23", "nursing", "health_never_charged"),
        ("23", "personal_care", "client_contributes"),
    ]
    weeks = await barrow.reads("megan", "finance", f"{path}/weeks", from_on="2026-12-14", to_on="2026-12-27")
    (week,) = weeks["items"]
    assert (week["week_from_on"], week["minutes"], week["charged_pence"]) == ("2026-12-21", 150, 3850)


async def of(barrow: Barrow, client: Client, state: str | None) -> list[dict[str, Any]]:
    """What Gareth sees of a client's changes."""
    found = await waiting(barrow, **({} if state is None else {"state": state}))
    return [one for one in found if one["submission"]["client_id"] == client.client_id]


async def the_next_pull_lacks_raymond_and_earlier_sends_stay_listed(
    barrow: Barrow, raymond: Client, olive: Client, connection_id: str
) -> None:
    """Step 8."""
    await raymond.is_assessed()
    line_id = await raymond.agrees_a_plan("Shopping on Fridays")
    share_id = await raymond.shares(connection_id, PLAN, RAYMONDS_CASE)
    await raymond.invites("gareth")
    await raymond.changes_line(line_id, "Shopping on Fridays, with the neighbour")
    (shown,) = await until(lambda: of(barrow, raymond, "draft"))
    submission_id = shown["submission"]["id"]
    await barrow.sends("gareth", "interop", f"/v1/care-plan-changes/{submission_id}/review")
    await comes_to(barrow, f"/v1/social-care/submissions/{submission_id}", "acknowledged")
    await raymond.changes_line(line_id, "No more shopping: his sister has come to live with him")
    await until(lambda: of(barrow, raymond, "draft"))
    await barrow.sends("priya", "interop", f"/v1/shares/{share_id}/withdraw")
    assert (await of(barrow, raymond, None), len(await of(barrow, olive, None))) == ([], 1)
    sent = (await barrow.reads("gareth", "interop", "/v1/social-care/submissions"))["items"]
    (listed,) = [one for one in sent if one["client_id"] == raymond.client_id]
    assert (listed["id"], listed["state"]) == (submission_id, "acknowledged")
    (told,) = await until(lambda: heard(barrow, WITHDRAWN))
    assert set(told) == {"council_ref", "withdrawn_at"}, "the council is told, for it knows of him"

    async def sent_before() -> Any:
        types = {
            one["type"] for one in (await barrow.reads("priya", "interop", f"/v1/shares/{share_id}/sent"))["items"]
        }
        return types if WITHDRAWN in types else None

    assert await until(sent_before) > {partner.SUBMITTED, WITHDRAWN}
    assert len(heard(barrow, partner.SUBMITTED, RAYMONDS_CASE)) == 1


async def test_from_a_plans_change_to_liquidlogic_and_systmone_and_nobody_types_twice(barrow: Barrow) -> None:
    """J5, whole."""
    connection_id = await connected(barrow)
    olive, beryl, leonard, harold, raymond = [
        await barrow.takes_on(key) for key in ("olive", "beryl", "leonard", "harold", "raymond")
    ]
    await olives_change_is_acknowledged(barrow, olive, connection_id)
    await beryls_free_weeks_end_with_a_decision_and_then_personal_care_is_billed(barrow, beryl, connection_id)
    await the_agencys_calls_come_from_the_council(barrow, leonard, connection_id)
    await a_day_reaches_the_surgery_and_the_trust(barrow, [leonard, olive, beryl, harold, raymond])
    await an_admission_pauses_harolds_care(barrow, harold)
    await the_next_pull_lacks_raymond_and_earlier_sends_stay_listed(barrow, raymond, olive, connection_id)
    texts = [text for text, _ in barrow.typed]
    assert len(texts) > 5
    assert sorted(texts) == sorted(set(texts)), "no operation took the same text twice"
