"""A hospital's system tells by HL7 v2: it is kept, acknowledged once, and ends in the same fact as over FHIR."""

import asyncio
from typing import Any
from uuid import uuid4

import hl7
import pytest

from services.common.auth import SYSTEM
from services.interop.domain.adt import AdtMessage
from services.interop.domain.hospital_stay import HospitalStay
from services.interop.domain.inbound import InboundMessage
from services.interop.events import HospitalStayTold
from services.interop.store import adt as store
from services.interop.usecases import answer_adt
from tests.interop.adt import SETTINGS, TRUST, ago, an_adt
from tests.interop.answers import stored
from tests.interop.council import take_on
from tests.interop.records import Caseload, a_record
from tests.running import OTHER_TEAM, Running


async def tell(system: Running, message: str | bytes) -> tuple[str, str]:
    """The code and the words of the acknowledgement, which names the message that it is for."""
    raw = message if isinstance(message, bytes) else message.encode()
    answer = await answer_adt(system.databases["interop"], SETTINGS, raw)
    assert answer is not None
    said = hl7.parse(answer.decode())
    assert said.extract_field("MSH", 1, 9, 1, 1) == "ACK"
    return str(said.segment("MSA")(1)), str(said.segment("MSA")(3))


async def told(system: Running) -> list[tuple[str, bool]]:
    heard = await system.published("interop", HospitalStayTold)
    return [(one.data["status"], one.data["is_in_hospital"]) for one in heard]


@pytest.fixture
async def client_id(interop: Running, caseload: Caseload) -> str:
    return await take_on(interop, caseload)


async def test_a_stay_is_told_from_admission_to_discharge(interop: Running, client_id: str) -> None:
    for event, changes in (
        ("A01", {}),
        ("A02", {"PV1_3": "WARD9^A^1"}),
        ("A08", {}),
        ("A03", {"PV1_45": ago(hours=1)}),
        ("A13", {}),
        ("A03", {"PV1_45": ago(minutes=5)}),
        ("A01", {}),
    ):
        assert (await tell(interop, an_adt(event, **changes)))[0] == "AA"
    assert await told(interop) == [
        ("in-progress", True),
        ("in-progress", True),
        ("in-progress", True),
        ("finished", False),
        ("in-progress", True),
        ("finished", False),
        ("finished", False),
    ]
    (stay,) = await stored(interop, HospitalStay)
    assert (str(stay.client_id), stay.hospital_ods_code, stay.told_by) == (client_id, TRUST, "hl7")
    last = (await interop.published("interop", HospitalStayTold))[-1]
    assert (last.data["client_id"], last.data["hospital_ods_code"]) == (client_id, TRUST)
    trust = await interop.client("interop", "trust-tie", "integrator")
    shown = (await trust.get(f"/fhir/R4/Encounter/{stay.id}")).json()
    assert (shown["status"], shown["class"]["code"]) == ("finished", "IMP")
    assert shown["subject"] == {"reference": f"Patient/{client_id}"}
    kept = await stored(interop, InboundMessage)
    assert {one.media_type for one in kept} == {"application/hl7-v2"}
    assert b"Tabor^Maureen" in kept[0].raw


async def test_an_admission_that_never_was_is_taken_back(interop: Running, client_id: str) -> None:
    await tell(interop, an_adt("A01"))
    assert (await tell(interop, an_adt("A11")))[0] == "AA"
    assert await told(interop) == [("in-progress", True), ("entered-in-error", False)]
    code, words = await tell(interop, an_adt("A02"))
    assert (code, "cancelled" in words) == ("AA", True)
    assert [one.outcome for one in await stored(interop, AdtMessage)] == ["taken", "taken", "waiting"]
    assert len(await told(interop)) == 2


async def test_a_message_counts_once_and_another_under_its_control_id_is_another(
    interop: Running, client_id: str
) -> None:
    sent = an_adt(control_id="ONE")
    first = await tell(interop, sent)
    again = await tell(interop, sent)
    assert first == again == ("AA", "Taken: the stay is in-progress.")
    # An engine that counts anew, or was made anew, is listened to.
    other = await tell(interop, an_adt("A02", control_id="ONE", PV1_3="WARD9^A^1"))
    assert other == ("AA", "Taken: the stay is in-progress.")
    update = an_adt("A08", control_id="TWO")
    assert {one[0] for one in await asyncio.gather(*(tell(interop, update) for _ in range(3)))} == {"AA"}
    assert await told(interop) == [("in-progress", True)] * 3
    assert len(await stored(interop, AdtMessage)) == 3
    assert len(await stored(interop, InboundMessage)) == 6


REFUSED: list[tuple[str | bytes, str, str]] = [
    (b"hello", "AR", "MSH"),
    (b"", "AR", "MSH"),
    (b"MSH|^~\\&|", "AE", "MSH-10"),
    (an_adt(MSH_9="ORU^R01"), "AR", "MSH-9"),
    (an_adt(MSH_9="ADT^A40"), "AR", "MSH-9"),
    (an_adt(MSH_11="T"), "AR", "MSH-11"),
    (an_adt(MSH_12="3.0"), "AR", "MSH-12"),
    (an_adt(MSH_18="EBCDIC"), "AR", "MSH-18"),
    (an_adt(MSH_10=""), "AE", "MSH-10"),
    (an_adt(PID_5="M\u00fcller").encode("iso-8859-1"), "AE", "MSH-18"),
    (an_adt(PID_5="Tabor\x00").encode(), "AE", "NUL"),
    (an_adt(PV1=None), "AE", "PV1"),
    (an_adt(PID=None), "AE", "PID"),
    (an_adt().partition("\rEVN")[0], "AE", "EVN"),
    (an_adt(visit=""), "AE", "PV1-19"),
    (an_adt(PV1_44="yesterday"), "AE", "PV1-44"),
    (an_adt(PV1_44="20269999"), "AE", "PV1-44"),
    (an_adt(number="9990000205"), "AE", "PID-3"),
    (an_adt("A03", PV1_45="20991231"), "AE", "PV1-45"),
]


async def test_what_is_wrong_is_kept_and_told_with_its_field(interop: Running, client_id: str) -> None:
    for message, code, place in REFUSED:
        said = await tell(interop, message)
        assert (said[0], place in said[1]) == (code, True), (message, said)
        assert "Tabor" not in said[1]
        assert "999000020" not in said[1]
    assert await told(interop) == []
    kept = await stored(interop, InboundMessage)
    assert {one.outcome for one in kept} == {"refused"}
    assert len(kept) == len(REFUSED)
    latin = an_adt(PID_5="M\u00fcller", MSH_18="8859/1").encode("iso-8859-1")
    assert (await tell(interop, latin))[0] == "AA"
    corrected = an_adt(control_id="C-OK", visit="")
    assert (await tell(interop, corrected))[0] == "AE"
    assert (await tell(interop, an_adt(control_id="C-OK", visit="V-2")))[0] == "AA"


async def listed(system: Running, **wanted: str) -> list[Any]:
    ops = await system.client("interop", "ops-1", "ops")
    answer = await ops.get("/v1/adt-messages", params=wanted)
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["items"]
    return found


async def test_a_visit_of_one_client_is_never_made_anothers(
    interop: Running, caseload: Caseload, client_id: str
) -> None:
    await take_on(interop, caseload, nhs_number="9990000018")
    await tell(interop, an_adt("A01"))
    code, words = await tell(interop, an_adt("A02", number="9990000018"))
    assert (code, "PV1-19" in words) == ("AA", True)
    assert [one["outcome"] for one in await listed(interop)] == ["taken", "waiting"]
    assert [str(one.client_id) for one in await stored(interop, HospitalStay)] == [client_id]


async def test_of_two_teams_who_knew_somebody_the_one_that_cares_for_them_is_told(
    interop: Running, caseload: Caseload
) -> None:
    over = a_record(nhs_number="9990000204")
    over["episode_of_care"][0] |= {"status": "finished", "ended_on": "2026-10-30", "end_reason": "goals_met"}
    caseload.clients[over["client"]["id"]] = over
    await interop.deliver("interop", "caseload.assessment.completed.v1", {"client_id": over["client"]["id"]})
    in_care = await take_on(interop, caseload, team_id=OTHER_TEAM)
    assert await tell(interop, an_adt()) == ("AA", "Taken: the stay is in-progress.")
    assert [str(one.client_id) for one in await stored(interop, HospitalStay)] == [in_care]
    await take_on(interop, caseload)
    code, words = await tell(interop, an_adt(visit="V-2"))
    assert (code, "More than one team" in words) == ("AA", True)
    assert [one["outcome"] for one in await listed(interop)] == ["taken", "waiting"]


async def test_late_news_of_a_stay_that_is_not_known_begins_none(interop: Running, client_id: str) -> None:
    for event, changes in (("A08", {}), ("A02", {"PV1_44": ""})):
        assert (await tell(interop, an_adt(event, **changes)))[0] == "AA"
    assert [one["outcome"] for one in await listed(interop)] == ["waiting", "waiting"]
    assert await told(interop) == []


async def test_who_is_not_known_waits_for_a_look_and_is_told_once_they_are(
    interop: Running, caseload: Caseload
) -> None:
    ops = await interop.client("interop", "ops-1", "ops")
    for message in (
        an_adt("A01", visit="V-7"),
        an_adt(number=""),
        an_adt("A11", visit="V-8"),
        an_adt(PV1_2="O"),
    ):
        assert (await tell(interop, message))[0] == "AA"
    assert await told(interop) == []
    assert [one["outcome"] for one in await listed(interop)] == ["waiting"] * 3 + ["passed_over"]
    unknown, no_number, _ = await listed(interop, outcome="waiting")
    assert "Tabor" not in str(unknown)
    assert "9990000204" not in str(unknown)
    still = await ops.post(f"/v1/adt-messages/{unknown['id']}/try-again")
    assert (still.status_code, still.json()["outcome"]) == (200, "waiting")
    await take_on(interop, caseload)
    done = await ops.post(f"/v1/adt-messages/{unknown['id']}/try-again")
    assert (done.status_code, done.json()["outcome"]) == (200, "taken"), done.text
    assert await told(interop) == [("in-progress", True)]
    again = await ops.post(f"/v1/adt-messages/{unknown['id']}/try-again")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_mend")
    aside = await ops.post(f"/v1/adt-messages/{no_number['id']}/set-aside")
    assert (aside.status_code, aside.json()["outcome"]) == (200, "set_aside")
    assert (await ops.post(f"/v1/adt-messages/{uuid4()}/set-aside")).status_code == 404
    assert (await tell(interop, an_adt("A03", visit="V-7")))[0] == "AA"
    assert await told(interop) == [("in-progress", True), ("finished", False)]


@pytest.mark.filterwarnings("ignore:The 'warn' method is deprecated")
async def test_nothing_that_a_message_says_gets_into_the_log(
    interop: Running, client_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert (await tell(interop, an_adt(PV1_3="Tabor\\Zqq\\\\Xgg\\")))[0] == "AA"
    await tell(interop, an_adt(PID=None))
    assert "Tabor" not in caplog.text
    assert "9990000204" not in caplog.text


async def test_another_persons_number_changes_nothing(interop: Running, client_id: str) -> None:
    code, words = await tell(interop, an_adt(PID_7="19990101"))
    assert (code, "date of birth" in words) == ("AA", True)
    assert await told(interop) == []


async def test_what_was_told_of_strangers_is_forgotten_after_a_while(interop: Running, caseload: Caseload) -> None:
    of_stranger = an_adt(visit="V-9")
    for message in (of_stranger, of_stranger, b"Tabor without a header", an_adt(visit="")):
        await tell(interop, message)
    await take_on(interop, caseload)
    await tell(interop, an_adt())
    database = interop.databases["interop"]
    async with database.transaction(SYSTEM) as tx:
        await store.forget_strangers(tx, "hl7", tx.now)
    *strangers, client = await stored(interop, InboundMessage)
    assert [one.raw for one in strangers] == [b""] * 4, "the repetition, and what could not be read, as well"
    assert b"Tabor" in client.raw
    assert [one.outcome for one in await stored(interop, AdtMessage)] == ["forgotten", "forgotten", "taken"]


async def test_nothing_is_acknowledged_that_could_not_be_kept(interop: Running) -> None:
    never = "alter table inbound_message add constraint never check (media_type <> 'application/hl7-v2')"
    await interop.alter("interop", never)
    assert await answer_adt(interop.databases["interop"], SETTINGS, an_adt().encode()) is None
