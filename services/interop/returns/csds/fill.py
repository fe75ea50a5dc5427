"""From one client's facts to the rows of CSDS: a pure function, the same whenever it is asked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import Any
from uuid import UUID

from services.common.types import ENGLAND
from services.interop.fhir import systems
from services.interop.returns.codes import NationalCodes
from services.interop.returns.csds.rules import WITH_NUMBER
from services.interop.returns.rows import Fact, Period, Row, Source, local_id

# The version that the tables are of, and what stands for a practice that is not known (GMP PRACTICE CODE).
VERSION, PRACTICE_NOT_KNOWN, PRIMARY_SYSTEM = "1.6", "V81999", "Heatshield"
SHORTEST_ODS, LONGEST_ODS = 3, 6
PERSONALISED_PLAN, NHS_PATIENT, THE_PATIENT, ALONE, ATTENDED = "03", "01", "01", "N", "5"


@dataclass(frozen=True)
class Provider:
    """For whom the return is made: ODS codes."""

    provider: str
    submitter: str
    commissioner: str


@dataclass
class Course:
    """The facts of one client, or of one referral without a client yet, by what they are."""

    patient: Fact | None = None
    referrals: list[Fact] = field(default_factory=list)
    episodes: dict[UUID, Fact] = field(default_factory=dict)
    contacts: list[Fact] = field(default_factory=list)
    plans: list[Fact] = field(default_factory=list)

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> "Course":
        """What partners wrote beside, such as stays in hospital and introductions, is no fact of the team's own."""
        course = cls()
        for fact in facts:
            if fact.resource_type == "Patient":
                course.patient = fact
            elif fact.resource_type == "ServiceRequest" and _is_to_a_team(fact):
                course.referrals.append(fact)
            elif fact.resource_type == "EpisodeOfCare":
                course.episodes[_referred(fact.content["referralRequest"][0])] = fact
            elif fact.resource_type == "Encounter" and _is_by_a_team(fact):
                course.contacts.append(fact)
            elif fact.resource_type == "CarePlan":
                course.plans.append(fact)
        return course


def header(organisation: Provider, month: Period, made_at: datetime) -> Mapping[str, str]:
    return {
        "Version": VERSION,
        "OrgID_Provider": organisation.provider,
        "OrgID_Submitter": organisation.submitter or organisation.provider,
        "RP_StartDate": month.from_on.isoformat(),
        "RP_EndDate": month.to_on.isoformat(),
        "FileCreation_DateTime": made_at.astimezone(ENGLAND).strftime("%Y-%m-%dT%H:%M:%S"),
        "PrimarySystem": PRIMARY_SYSTEM,
    }


@dataclass(frozen=True)
class Filler:
    """Fills the tables for one month."""

    organisation: Provider
    month: Period
    codes: NationalCodes

    def rows(self, course: Course) -> Iterator[Row]:
        """Parents before what hangs on them."""
        contacts = [one for one in course.contacts if self.month.holds(_started(one).date())]
        seen = {_referred(one.content["basedOn"][0]) for one in contacts if one.content.get("basedOn")}
        referrals = [one for one in course.referrals if one.resource_id in seen or self._is_open(one, course)]
        plans = [one for one in course.plans if self._is_agreed(one)]
        if not referrals and not contacts:
            return
        people = [course.patient] if course.patient else referrals[:1]
        yield from chain.from_iterable(self._person(one) for one in people)
        for plan in plans if course.patient else ():
            yield from self._plan(plan)
        for referral in referrals:
            yield from self._referral(referral, course)
        for contact in contacts:
            yield from self._contact(contact)

    def _is_open(self, referral: Fact, course: Course) -> bool:
        """Received by the end of the month, and neither closed nor turned down before it began."""
        if _instant(referral.content["authoredOn"]).date() > self.month.to_on:
            return False
        ended = _ended(course.episodes.get(referral.resource_id)) or _turned_down(referral)
        return ended is None or ended >= self.month.from_on

    def _is_agreed(self, plan: Fact) -> bool:
        period = plan.content.get("period", {})
        begins, ends = str(period.get("start", "")), str(period.get("end", ""))
        is_agreed = bool(plan.content["status"] == "active")
        return is_agreed and begins <= self.month.to_on.isoformat() and ends >= self.month.from_on.isoformat()

    def _person(self, person: Fact) -> Iterator[Row]:
        """Of somebody who is referred and not taken on, no more is known here than the NHS number."""
        key = _patient_id(person)
        number = _number(person)
        postcode = (person.content.get("address") or [{}])[0].get("postalCode", "")
        values = {
            "LocalPatientID": key,
            "OrgID_LocalPatientID": self.organisation.provider,
            "NHSNumber": number[0],
            "NHSNumber_Status": number[1],
            "DateOfBirth": person.content.get("birthDate", ""),
            "Postcode": postcode,
            "Gender": self.codes.of("Gender", person.content.get("gender", "unknown")),
        }
        yield _row("CYP001MPI", key, values, person)
        yield _row("CYP002GP", key, {"LocalPatientID": key, "OrgID_GP": PRACTICE_NOT_KNOWN}, person)

    def _plan(self, plan: Fact) -> Iterator[Row]:
        key, agreed_on = local_id(plan.resource_id), plan.content.get("period", {}).get("start", "")
        told = {"PlanID": key, "LocalPatientID": _patient_id(plan)}
        yield _row(
            "CYP004CarePlanType", key, told | {"Plan_Type": PERSONALISED_PLAN, "Plan_CreatedDate": agreed_on}, plan
        )
        agreed_by = self.codes.of("Plan_AgreedBy", plan.facts.get("agreed_how"))
        yield _row(
            "CYP005CarePlanAgreement",
            key,
            {"PlanID": key, "Plan_AgreedBy": agreed_by, "Plan_AgreedDate": agreed_on},
            plan,
        )

    def _referral(self, referral: Fact, course: Course) -> Iterator[Row]:
        key, received = local_id(referral.resource_id), _instant(referral.content["authoredOn"])
        episode = course.episodes.get(referral.resource_id)
        from_facts = (referral, *([episode] if episode else []))
        closed = self._within(_ended(episode))
        values = {
            "ServiceRequestID": key,
            "LocalPatientID": _patient_id(referral),
            "OrgID_Commissioner": self.organisation.commissioner,
            "ReferralRequest_ReceivedDate": received.date().isoformat(),
            "ReferralRequest_ReceivedTime": received.strftime("%H:%M:%S"),
            "SourceOfReferral": self.codes.of("SourceOfReferral", referral.facts.get("source") or "unknown"),
            "OrgID_Referring": _referrer(referral),
            "Priority_Type": self.codes.of("Priority_Type", referral.content.get("priority")),
            "PrimaryReferralReason": self.codes.of("PrimaryReferralReason", referral.facts.get("need")),
            "Discharge_Date": closed,
        }
        yield _row("CYP101Referral", key, values, *from_facts)
        yield _row("CYP102ServiceTypeReferredTo", key, self._service(key, referral, episode, closed), *from_facts)
        yield from self._waiting(key, referral, received, course)

    def _service(self, key: str, referral: Fact, episode: Fact | None, closed: str) -> dict[str, str]:
        turned_down = self._within(_turned_down(referral))
        end_reason = episode.facts.get("end_reason") if episode and closed else None
        why_not = referral.facts.get("not_taken_reason") if turned_down else None
        return {
            "ServiceRequestID": key,
            "TeamID_Local": local_id(referral.team_id),
            "TeamType": self.codes.of("TeamType", "team"),
            "Referral_ClosureDate": closed,
            "Referral_RejectionDate": turned_down,
            "Referral_ClosureReason": self.codes.of("Referral_ClosureReason", end_reason),
            "Referral_RejectionReason": self.codes.of("Referral_RejectionReason", why_not),
        }

    def _waiting(self, key: str, referral: Fact, received: datetime, course: Course) -> Iterator[Row]:
        """How long somebody waited who was referred so urgently that a standard is measured by it."""
        measured = self.codes.of("WaitingTime_MeasurementType", referral.content.get("priority"))
        if not measured or received.date() < self.month.from_on or received.date() > self.month.to_on:
            return
        mine = [one for one in course.contacts if _is_of(one, referral) and received <= _started(one)]
        seen = [one for one in mine if _started(one).date() <= self.month.to_on]
        first = min(seen, key=_started, default=None)
        ended = _started(first) if first else None
        values = {
            "ServiceRequestID": key,
            "WaitingTime_MeasurementType": measured,
            "RTT_StartDate": received.date().isoformat(),
            "RTT_StartTime": received.strftime("%H:%M:%S"),
            "RTT_EndDate": ended.date().isoformat() if ended else "",
            "RTT_EndTime": ended.strftime("%H:%M:%S") if ended else "",
        }
        yield _row("CYP104RTT", key, values, referral, *([first] if first else []))

    def _contact(self, contact: Fact) -> Iterator[Row]:
        key, started = local_id(contact.resource_id), _started(contact)
        based_on = contact.content.get("basedOn")
        channel = contact.facts.get("channel")
        values = {
            "CareContactID": key,
            "ServiceRequestID": local_id(_referred(based_on[0])) if based_on else "",
            "TeamID_Local": local_id(contact.team_id),
            "Contact_Date": started.date().isoformat(),
            "Contact_Time": started.strftime("%H:%M:%S"),
            "OrgID_Commissioner": self.organisation.commissioner,
            "AdminCategory": NHS_PATIENT,
            "CareContact_Duration": str(contact.content["length"]["value"]),
            "CareContact_Subject": THE_PATIENT,
            "ConsMechanism": self.codes.of("ConsMechanism", channel),
            "Activity_LocationType": self.codes.of("Activity_LocationType", channel),
            "GroupTherapyIndicator": ALONE,
            "AttendanceStatus": ATTENDED,
        }
        yield _row("CYP201CareContact", key, values, contact)
        professional = local_id(contact.content["participant"][0]["individual"]["identifier"]["value"])
        for activity in contact.facts.get("activities", ()):
            activity_key = local_id(activity["id"])
            yield _row(
                "CYP202CareActivity",
                activity_key,
                {
                    "CareActivityID": activity_key,
                    "CareContactID": key,
                    "Activity_Type": self.codes.of("Activity_Type", activity["type"]),
                    "CareProfessionalID_Local": professional,
                    "CareActivity_Duration": str(activity["minutes"]),
                },
                contact,
            )

    def _within(self, day: date | None) -> str:
        """A day by the end of the month; what happens later is told in the month that it happens in."""
        return day.isoformat() if day is not None and day <= self.month.to_on else ""


def _row(table: str, key: str, values: Mapping[str, str], *facts: Fact) -> Row:
    sources: Sequence[Source] = [one.source for one in facts]
    return Row(table, key, values, tuple(sources), facts[0].client_id)


def _patient_id(fact: Fact) -> str:
    """Whoever has no client yet is known by the referral."""
    return local_id(fact.client_id or fact.resource_id)


def _is_to_a_team(fact: Fact) -> bool:
    performers = fact.content.get("performer") or [{}]
    is_ours: bool = performers[0].get("identifier", {}).get("system") == systems.TEAM
    return is_ours and "authoredOn" in fact.content


def _is_by_a_team(fact: Fact) -> bool:
    """At home or from afar; a stay in hospital is a trust's."""
    kind = fact.content.get("class", {}).get("code")
    return kind in (systems.HOME_HEALTH["code"], systems.VIRTUAL["code"]) and "episodeOfCare" in fact.content


def _referred(reference: Mapping[str, Any]) -> UUID:
    return UUID(reference["reference"].rpartition("/")[2])


def _is_of(contact: Fact, referral: Fact) -> bool:
    based_on = contact.content.get("basedOn") or []
    return any(_referred(one) == referral.resource_id for one in based_on)


def _instant(text: str) -> datetime:
    """As clocks in England showed it."""
    return datetime.fromisoformat(text).astimezone(ENGLAND)


def _started(contact: Fact) -> datetime:
    return _instant(contact.content["period"]["start"])


def _ended(episode: Fact | None) -> date | None:
    end = episode.content["period"].get("end") if episode else None
    return date.fromisoformat(end) if end else None


def _turned_down(referral: Fact) -> date | None:
    if referral.content["status"] != "revoked" or not referral.facts.get("decided_at"):
        return None
    return _instant(referral.facts["decided_at"]).date()


def _number(person: Fact) -> tuple[str, str]:
    """The NHS number, unless a trace spoke against it, and NHS NUMBER STATUS INDICATOR CODE; 07 without any."""
    subject = person.content.get("subject", {}).get("identifier")
    for one in [*(person.content.get("identifier") or []), *([subject] if subject else [])]:
        if one.get("system") == systems.NHS_NUMBER:
            status = one["extension"][0]["valueCodeableConcept"]["coding"][0]["code"]
            return (one["value"] if status in WITH_NUMBER else ""), status
    return "", "07"


def _referrer(referral: Fact) -> str:
    """The ODS code of who referred, where what was given is as long as those of organisations are."""
    identifier = referral.content.get("requester", {}).get("identifier", {})
    code: str = identifier.get("value", "") if identifier.get("system") == systems.ODS_CODE else ""
    return code if SHORTEST_ODS <= len(code) <= LONGEST_ODS else ""
