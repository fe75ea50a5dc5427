"""What a return leaves out and why, who may have one made, and what cannot be asked for."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from uuid6 import uuid7

from services.interop.returns.rows import local_id
from tests.interop.records import Caseload, a_referral
from tests.interop.returning import OCTOBER, a_return, add_contact, in_october, made, returning, tables
from tests.interop.telling import tell
from tests.running import Databases, Running


@pytest.fixture
async def system(databases: Databases, caseload: Caseload) -> AsyncIterator[Running]:
    async with returning(databases, caseload) as started:
        yield started


@pytest.fixture
async def loader(system: Running) -> Any:
    return await system.client("interop", "trust-loader", "integrator", scope="returns:read")


async def test_a_fault_names_its_rule_and_the_way_out(system: Running, caseload: Caseload, loader: Any) -> None:
    """A dry run says what would be left out, and keeps nothing about anybody but the list of it."""
    contact, wrong, not_taken = await _go_wrong(system, caseload)
    dry = await made(system, loader, period=OCTOBER, dry_run=True)
    found = await tables(loader, dry)
    assert set(found) == {"faults"}
    by_rule = {(one["rule"], one["table"], one["field"]): one["count"] for one in dry["faults"]}
    assert by_rule == {
        ("csds_before_referral", "CYP201CareContact", "Contact_Date"): 1,
        # What hangs on whoever is left out is left out with them.
        ("csds_parent", "CYP202CareActivity", "CareContactID"): 7,
        ("csds_mandatory", "CYP005CarePlanAgreement", "Plan_AgreedBy"): 1,
        ("csds_closed_without_reason", "CYP102ServiceTypeReferredTo", "Referral_ClosureReason"): 1,
        ("csds_closed_without_reason", "CYP102ServiceTypeReferredTo", "Referral_RejectionReason"): 1,
        ("csds_nhs_number", "CYP001MPI", "NHSNumber"): 1,
        ("csds_length", "CYP001MPI", "Postcode"): 1,
        **{("csds_parent", table, column): count for table, column, count in ORPHANS},
    }
    line = next(one for one in found["faults"] if one["rule"] == "csds_before_referral")
    assert (line["resource_type"], line["resource_id"], line["version"]) == ("Encounter", contact["id"], "1")
    assert line["key"] == local_id(contact["id"])
    assert all(one["way_out"] and one["reason"] for one in found["faults"])
    whole = await made(system, loader, period=OCTOBER)
    assert (whole["faults"], whole["refused"]) == (dry["faults"], dry["refused"])
    kept = await tables(loader, whole)
    assert local_id(wrong["client"]["id"]) not in {row["LocalPatientID"] for row in kept["CYP001MPI"]}
    await system.alter("interop", "update resource set facts = null where resource_type = 'Encounter'")
    untold = await made(system, loader, period=OCTOBER, dry_run=True)
    assert "csds_untold" in {one["rule"] for one in untold["faults"]}
    assert local_id(not_taken["id"]) in {row["ServiceRequestID"] for row in kept["CYP101Referral"]}


async def _go_wrong(system: Running, caseload: Caseload) -> tuple[dict[str, Any], ...]:
    """Four records with a fault or two in each, and a referral turned down for what has no national code."""
    early, odd, wrong, old = in_october(), in_october(), in_october(), in_october()
    contact = add_contact(early, "2026-09-30T23:30:00Z")
    early["referral"][0]["received_at"] = "2026-10-05T09:00:00Z"
    odd["care_plan"][0]["agreed_how"] = "by_pigeon"
    odd["episode_of_care"][0] |= {"status": "finished", "ended_on": "2026-10-30", "end_reason": "just_because"}
    wrong["client"] |= {"nhs_number": "9990000205", "postcode": "LA14 1AA 7"}
    old["care_contact"][0]["referral_id"] = str(uuid7())
    not_taken = a_referral(status="not_taken", not_taken_reason="no_capacity", received_at="2026-10-01T09:00:00Z")
    not_taken |= {"decided_at": "2026-10-02T09:00:00Z", "signpost": "The surgery"}
    caseload.referrals[not_taken["id"]] = not_taken
    told_of = {"referral_id": not_taken["id"], "inbound_referral_id": None, "reason": "no_capacity"}
    await system.deliver("interop", "caseload.referral.not_taken.v1", told_of | {"decided_at": not_taken["decided_at"]})
    for record in (early, odd, wrong, old):
        await tell(system, caseload, record)
    return contact, wrong, not_taken


# Of the client whose number is wrong, and of the contact whose referral is another's.
ORPHANS = (
    ("CYP002GP", "LocalPatientID", 1),
    ("CYP004CarePlanType", "LocalPatientID", 1),
    ("CYP005CarePlanAgreement", "PlanID", 1),
    ("CYP101Referral", "LocalPatientID", 1),
    ("CYP102ServiceTypeReferredTo", "ServiceRequestID", 1),
    ("CYP201CareContact", "ServiceRequestID", 2),
)


async def test_who_may_and_what_cannot_be_asked_is_refused(system: Running, loader: Any) -> None:
    ops = await system.client("interop", "ops-1", "ops")
    told = await made(system, ops, period=OCTOBER)
    file = f"/v1/returns/{told['id']}/files/CYP001MPI.csv"
    without = await system.client("interop", "trust-tie", "integrator", scope="system/*.rs")
    for caller, path, status in (
        (ops, file, 403),
        (without, file, 403),
        (without, "/v1/returns", 403),
        (await system.nurse("interop"), "/v1/returns", 403),
        (await system.client("interop", "coach-1", "coach"), "/v1/returns", 403),
        (await system.client("interop", "steering-1", "steering"), "/v1/returns", 403),
        (await system.client("interop", None), "/v1/returns", 401),
        (loader, file.replace("CYP001MPI", "CYP999"), 404),
        (loader, f"/v1/returns/{uuid7()}", 404),
        (loader, file, 200),
    ):
        assert (await caller.get(path)).status_code == status, (path, status)
    for changes, code, pointer in (
        ({"period": "2026-13"}, "period_unknown", "/body/period"),
        ({"period": "2026-Q3"}, "period_unknown", "/body/period"),
        ({"period": "2099-01"}, "period_not_begun", "/body/period"),
        ({"kind": "cld", "period": "2026-Q3"}, "validation_failed", "/body"),
        ({"kind": "cld", "period": "2026-Q3", "connection_id": str(uuid7())}, "unknown_connection", None),
    ):
        answer = await ops.post("/v1/returns", json=a_return(**changes))
        assert answer.json()["code"] == code, answer.text
        assert answer.status_code in (404, 422)
        assert pointer is None or answer.json()["errors"][0]["pointer"] == pointer
        assert answer.json()["errors"][0]["way_out"]
    listed = (await ops.get("/v1/returns", params={"kind": "csds"})).json()["items"]
    assert [one["id"] for one in listed] == [told["id"]]


async def test_a_return_is_made_in_nobodys_name_unless_it_is_said(databases: Databases, caseload: Caseload) -> None:
    async with returning(databases, caseload, ods_code="", returns_council_code="") as system:
        ops = await system.client("interop", "ops-1", "ops")
        for kind, period, code in (("csds", OCTOBER, "provider_not_set"), ("cld", "2026-Q3", "council_not_set")):
            council = {"connection_id": str(uuid7())} if kind == "cld" else {}
            answer = await ops.post("/v1/returns", json=a_return(kind, period, **council))
            assert (answer.status_code, answer.json()["code"]) == (422, code)
            assert "INTEROP_RETURNS_" in answer.json()["errors"][0]["way_out"]
