"""An ADT message becomes a stay in hospital, as if the trust had written the Encounter over FHIR."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from services.common.db import Transaction
from services.interop.domain.adt import Ack, AdtOutcome
from services.interop.domain.hospital_stay import HospitalStay, StayStatus
from services.interop.domain.resource import Resource
from services.interop.fhir import systems
from services.interop.fhir.mapping import parts
from services.interop.fhir.writing.refusals import NotTaken as NotWritten
from services.interop.fhir.writing.sent import Content, Sent
from services.interop.partners.hl7 import message as hl7
from services.interop.partners.trusts.stay import INPATIENT
from services.interop.store import stays
from services.interop.usecases.write import one
from services.interop.usecases.write.told import KnownToTwoTeams, patient_named

# A stay is known by who tells of it and its visit number; the same stay has the same id whenever it is told of.
STAYS = UUID("6f0c4dc1-1f1e-5c0a-9d0e-5a6b1a9c7d10")
VISIT = "https://heatshield.uk/Id/hospital-visit"
# The clock of an engine may go ahead of ours by so much.
AHEAD = timedelta(minutes=10)
ADMIT, TRANSFER, DISCHARGE, UPDATE, CANCEL_ADMIT, CANCEL_DISCHARGE = "A01", "A02", "A03", "A08", "A11", "A13"
OVER = {StayStatus.FINISHED, StayStatus.CANCELLED, StayStatus.ENTERED_IN_ERROR}

NOBODY = "Nobody in care here is known by this NHS number. Nothing is to be done if they are no client of these teams."
NO_NUMBER = "There is no NHS number in PID-3, so nobody is found. Send it again once the number is traced."
BORN_OTHERWISE = "The date of birth is another than the client's who has this NHS number. Compare who is meant."
ANOTHERS_VISIT = "The visit number (PV1-19) was told of another client's stay. Compare who is meant."
NO_STAY = "Nothing is known here of the stay that this changes or takes back. Send the admission (A01) again first."
TWO_TEAMS = "More than one team has this NHS number, and not just one of them the person in care. Ring the teams."
BEGAN_AGAIN = (
    "This stay was cancelled or over. A new stay needs a visit number of its own; ring the team about a mistake."
)
NOT_A_STAY = "This is not about an inpatient (PV1-2), so nothing changes."


@dataclass(frozen=True)
class Applied:
    """What became of it, and why."""

    outcome: AdtOutcome
    text: str
    stay_id: UUID | None = None


def stay_id_of(sender: str, visit: str) -> UUID:
    return uuid5(STAYS, f"{sender}\n{visit}")


async def apply(tx: Transaction, sender: str, told: hl7.Adt, ods_code: str, message_id: UUID) -> Applied:
    """Raises `hl7.NotTaken` for times that cannot be."""
    if not told.is_inpatient:
        return Applied(AdtOutcome.PASSED_OVER, NOT_A_STAY)
    if told.nhs_number is None:
        return Applied(AdtOutcome.WAITING, NO_NUMBER)
    patient = await _patient(tx, told.nhs_number)
    if isinstance(patient, str):
        return Applied(AdtOutcome.WAITING, patient)
    if told.birth_on and patient.content.get("birthDate", told.birth_on.isoformat()) != told.birth_on.isoformat():
        return Applied(AdtOutcome.WAITING, BORN_OTHERWISE)
    stay_id = stay_id_of(sender, told.visit)
    await tx.take_turns(stay_id)
    known = await stays.stay(tx, stay_id)
    if known is not None and known.client_id != patient.client_id:
        return Applied(AdtOutcome.WAITING, ANOTHERS_VISIT, stay_id)
    return await _written(tx, told, known, patient, ods_code, stay_id, message_id)


async def _patient(tx: Transaction, number: str) -> Resource | str:
    """The client, or why none is found."""
    named = {"identifier": {"system": systems.NHS_NUMBER, "value": number}}
    try:
        return await patient_named(tx, named, "PID-3") or NOBODY
    except NotWritten as error:
        return TWO_TEAMS if isinstance(error, KnownToTwoTeams) else NOBODY


async def _written(
    tx: Transaction,
    told: hl7.Adt,
    known: HospitalStay | None,
    patient: Resource,
    ods_code: str,
    stay_id: UUID,
    message_id: UUID,
) -> Applied:
    status = _status(told, known)
    if status is None:
        return Applied(AdtOutcome.WAITING, NO_STAY if known is None else BEGAN_AGAIN, stay_id)
    if known is not None and told.event == CANCEL_DISCHARGE:
        known.not_over_after_all()
        await tx.session.flush()
    content = _encounter(told, known, status, patient, ods_code, stay_id, tx.now)
    wanted = one.Wanted(Sent(content, "Encounter"), message_id)
    try:
        if known is None:
            await one.create_resource(tx, wanted, stay_id)
        else:
            await one.update_resource(tx, str(stay_id), wanted)
    except NotWritten as error:
        words = " ".join(issue.text for issue in error.issues)
        raise hl7.NotTaken(Ack.ERROR, "207", f"The times of the stay (PV1-44, PV1-45) cannot be: {words}") from error
    return Applied(AdtOutcome.TAKEN, f"Taken: the stay is {status}.", stay_id)


def _status(told: hl7.Adt, known: HospitalStay | None) -> StayStatus | None:
    """What the stay is after this; None where it cannot follow. Late news of a stay that is over does not begin it
    again."""
    was = None if known is None else StayStatus(known.status)
    if was is None and (told.event == UPDATE or (told.event == TRANSFER and told.admitted_at is None)):
        # It may be late news of a stay that was over before anything was told here.
        return None
    if was in {StayStatus.CANCELLED, StayStatus.ENTERED_IN_ERROR}:
        return was if told.event == CANCEL_ADMIT else None
    match told.event:
        case "A03":
            return StayStatus.FINISHED
        case "A11":
            return StayStatus.ENTERED_IN_ERROR if was in {StayStatus.IN_PROGRESS, StayStatus.PLANNED} else None
        case "A13":
            return StayStatus.IN_PROGRESS if was in {StayStatus.FINISHED, StayStatus.IN_PROGRESS} else None
    if was is StayStatus.FINISHED or (told.event == UPDATE and told.discharged_at is not None):
        return StayStatus.FINISHED
    return StayStatus.IN_PROGRESS


def _encounter(
    told: hl7.Adt,
    known: HospitalStay | None,
    status: StayStatus,
    patient: Resource,
    ods_code: str,
    stay_id: UUID,
    now: datetime,
) -> Content:
    """The stay as FHIR shows it: what the message leaves out stays as it was."""
    starts_at = told.admitted_at or (known.starts_at if known else None) or told.occurred_at
    ends_at = None
    if status is StayStatus.FINISHED:
        said = told.occurred_at if told.event == DISCHARGE else None
        ends_at = told.discharged_at or said or (known.ends_at if known else None) or told.occurred_at
    instants = {"start": starts_at, "end": ends_at}
    period = {name: parts.instant(hl7.not_later(at, now, AHEAD)) for name, at in instants.items() if at is not None}
    provider = {"identifier": {"system": systems.ODS_CODE, "value": ods_code}} if ods_code else None
    return parts.resource(
        "Encounter",
        stay_id,
        identifier=[{"system": VISIT, "value": told.visit}],
        status=status,
        **{"class": {"system": systems.ACT_CODE, "code": INPATIENT, "display": "inpatient encounter"}},
        subject={"reference": f"Patient/{patient.resource_id}"},
        period=period,
        location=[{"location": {"display": told.ward}}] if told.ward else None,
        serviceProvider=provider,
    )
