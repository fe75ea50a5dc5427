"""From one client's facts, and what of them is shared with one council, to the rows of CLD."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.common.types import day_in_england
from services.interop.domain.share import Share, SharedField
from services.interop.domain.submission import Submission
from services.interop.returns.cld import fields as cld
from services.interop.returns.codes import NationalCodes
from services.interop.returns.csds.fill import Course
from services.interop.returns.rows import Fact, Period, Row, Source, local_id

TABLE = "CLD"
DIED, GOALS_MET = "died", "goals_met"


@dataclass(frozen=True)
class Council:
    """For whom the rows are: the council's code, and the location from which care is given, as CQC numbers it."""

    code: str
    cqc_location: str


@dataclass(frozen=True)
class Agreed:
    """One client's share with the council, and the id by which the council knows them; none where it is not shared."""

    share: Share
    person_id: str

    @classmethod
    def of(cls, share: Share, case_id: str | None) -> "Agreed":
        shows = SharedField.COUNCIL_REF in share.fields
        return cls(share, (case_id or share.council_ref) if shows else "")

    def allows(self, happened_on: date, *needed: SharedField) -> bool:
        """Only what the client agreed to, of what happened since they agreed."""
        return set(needed) <= set(self.share.fields) and self.share.covers(happened_on)


@dataclass(frozen=True)
class Filler:
    """Fills the rows of one file for one council. Nothing is told of what is to come after `today`."""

    council: Council
    period: Period
    today: date
    codes: NationalCodes

    @property
    def _until(self) -> str:
        return min(self.period.to_on, self.today).isoformat()

    def rows(self, course: Course, agreed: Agreed, reviewed: Collection[Submission]) -> Iterator[Row]:
        plans = {plan.resource_id: plan for plan in course.plans if plan.content["status"] == "active"}
        for plan in plans.values():
            yield from self._reablement(plan, course, agreed)
        for episode in course.episodes.values():
            yield from self._personal_care(episode, course, agreed)
        for submission in reviewed:
            yield from self._review(submission, plans.get(submission.care_plan_id), agreed)

    def _reablement(self, plan: Fact, course: Course, agreed: Agreed) -> Iterator[Row]:
        """Support to get independence back, from the day that the plan says to the end of the plan, or of care."""
        begins = plan.facts.get("reablement_from")
        if not begins or not agreed.allows(date.fromisoformat(begins), SharedField.STARTED_ON):
            return
        episode = _episode_on(course, begins)
        planned = str(plan.content["period"]["end"])
        ended, outcome = _end_of(episode)
        if planned <= self._until and (not ended or planned < ended):
            ended, outcome = planned, cld.AS_PLANNED
        service = {"Service_Type": cld.ST_MAX, "Service_Component": cld.REABLEMENT}
        yield from self._service(agreed, plan, begins, ended, outcome, service, *([episode] if episode else []))

    def _personal_care(self, episode: Fact, course: Course, agreed: Agreed) -> Iterator[Row]:
        """Help with washing, dressing and eating at home. It begins with the episode, so that it is the same service in
        every file."""
        given = [one for one in course.contacts if _is_within(one, episode) and _has(one, "personal_care")]
        begins = str(episode.content["period"]["start"])
        if not given or not agreed.allows(date.fromisoformat(begins), SharedField.PERSONAL_CARE_MINUTES):
            return
        ended, outcome = _end_of(episode)
        service = {
            "Service_Type": cld.COMMUNITY,
            "Service_Component": cld.HOME_SUPPORT,
            "Delivery_Mechanism": self.codes.of("Delivery_Mechanism", "team"),
        }
        yield from self._service(agreed, episode, begins, ended, outcome, service, *given)

    def _service(
        self,
        agreed: Agreed,
        fact: Fact,
        begins: str,
        ended: str,
        outcome: str,
        service: Mapping[str, str],
        *others: Fact,
    ) -> Iterator[Row]:
        """A service that was there in the period. What ends later is open still.

        So is what has ended, where the client does not share that care ended, and what came of it (`ended_on`).
        """
        if begins > self._until or (ended and ended < self.period.from_on.isoformat()):
            return
        is_over = bool(ended) and ended <= self._until
        is_over = is_over and agreed.allows(date.fromisoformat(ended), SharedField.ENDED_ON)
        told = {
            "Event_Type": cld.SERVICE,
            "Event_Start_Date": begins,
            "Event_End_Date": ended if is_over else "",
            "Event_Outcome": outcome if is_over else "",
            "Provider_CQC_Location_ID": self.council.cqc_location,
            **service,
        }
        key = local_id(f"{fact.resource_id}/{service['Service_Component']}")
        sources = tuple(one.source for one in (fact, *others))
        yield self._row(agreed, key, told, sources)

    def _review(self, submission: Submission, plan: Fact | None, agreed: Agreed) -> Iterator[Row]:
        """A social worker has looked at what changed in the plan of somebody who is being reabled."""
        reviewed_on = day_in_england(submission.reviewed_at) if submission.reviewed_at else None
        is_short_term = plan is not None and bool(plan.facts.get("reablement_from"))
        if reviewed_on is None or not is_short_term or not self.period.holds(reviewed_on):
            return
        if not agreed.allows(reviewed_on, SharedField.CHANGED_AT):
            return
        told = {
            "Event_Type": cld.REVIEW,
            "Event_Start_Date": reviewed_on.isoformat(),
            "Event_End_Date": reviewed_on.isoformat(),
            "Event_Outcome": cld.CONTINUES,
            "Review_Reason": cld.OF_SHORT_TERM,
        }
        source = Source("Submission", submission.id, submission.version)
        yield self._row(agreed, local_id(submission.id), told, (source, *([plan.source] if plan else [])))

    def _row(self, agreed: Agreed, key: str, told: Mapping[str, str], sources: tuple[Source, ...]) -> Row:
        values = {
            "LA_Code": self.council.code,
            "Reporting_Period_Start_Date": self.period.from_on.isoformat(),
            "Reporting_Period_End_Date": self.period.to_on.isoformat(),
            "LA_Person_Unique_Identifier": agreed.person_id,
            "Client_Type": cld.SERVICE_USER,
            "Event_Reference": key,
            **told,
        }
        return Row(TABLE, key, values, sources, agreed.share.client_id)


def _episode_on(course: Course, day: str) -> Fact | None:
    """The episode that care was given in on this day."""
    periods: list[tuple[Fact, Mapping[str, Any]]] = [(one, one.content["period"]) for one in course.episodes.values()]
    return next((one for one, told in periods if told["start"] <= day <= told.get("end", day)), None)


def _end_of(episode: Fact | None) -> tuple[str, str]:
    """When care ended, which is the day of the death of whoever died, and what came of it; nothing while it goes on."""
    ended = str(episode.content["period"].get("end", "")) if episode else ""
    if episode is None or not ended:
        return "", ""
    reason = episode.facts.get("end_reason")
    outcome = {DIED: cld.DECEASED, GOALS_MET: cld.AS_PLANNED}.get(str(reason), cld.FOR_OTHER_REASON)
    return ended, outcome


def _is_within(contact: Fact, episode: Fact) -> bool:
    at: str = contact.content["episodeOfCare"][0]["reference"]
    return at.rpartition("/")[2] == str(episode.resource_id)


def _has(contact: Fact, kind: str) -> bool:
    return any(one["type"] == kind and one["minutes"] > 0 for one in contact.facts.get("activities", ()))
