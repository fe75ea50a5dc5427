"""The team's words as UK Core resources: pure functions from what an owner holds to what FHIR shows."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

from services.interop.domain.colleague import Colleague
from services.interop.domain.record import CareActivity, CareContact, ClientRecord, Facts, Referral
from services.interop.domain.resource import Projected
from services.interop.fhir.mapping import assessed, care, findings, people
from services.interop.fhir.mapping.parts import Content, projected
from services.interop.fhir.mapping.person import patient_of

RowT = TypeVar("RowT")
# The owner's version, what FHIR shows, and what the owner says beside.
Made = tuple[int, Content, Facts | None]

# What is never changed after it was written has one version for ever.
WRITTEN_ONCE = 1
# An assessment that its nurse is still working on.
STARTED = "started"


# What a referral's owner does not hold, and so stays as its sender wrote it.
SENDERS_OWN = ("category", "code", "orderDetail", "occurrenceDateTime", "occurrencePeriod", "patientInstruction")


def of_referral(referral: Referral, reference: str | None, written: Content | None = None) -> Projected:
    """A referral as a ServiceRequest; `reference` is what its sender was given, and `written` what a trust wrote."""
    content = care.service_request(referral, reference)
    if written is not None:
        kept = {name: written[name] for name in SENDERS_OWN if name in written}
        content |= kept | {"identifier": [*written.get("identifier", []), *content.get("identifier", [])]}
    about: dict[str, Any] = {"team_id": referral.team_id, "client_id": referral.client_id}
    return projected(content, **about, owner_version=referral.version, facts=referral.facts)


def of_record(record: ClientRecord, references: Mapping[UUID, str], written: Mapping[UUID, Content]) -> list[Projected]:
    """Every resource that one client's record makes; `references` and what was `written` are by inbound referral id."""
    client = record.client
    made: list[Made] = [
        *_course(record),
        *_findings(record),
        *_around(record),
        (client.version, patient_of(client), None),
    ]
    found = [
        projected(content, team_id=client.team_id, client_id=client.id, owner_version=version, facts=facts)
        for version, content, facts in made
    ]
    referrals = [
        of_referral(referral, references.get(inbound), written.get(inbound)) if inbound else of_referral(referral, None)
        for referral in record.referral
        for inbound in (referral.inbound_referral_id,)
    ]
    return found + referrals


def of_colleague(colleague: Colleague) -> list[Projected]:
    """Somebody who works for the teams, their places, and the teams of those. Where nobody has a place, nothing.

    One of several teams is with the one whose place began last; their places are each with its own team.
    """
    if not colleague.memberships:
        return []
    made: list[tuple[UUID, int, Content]] = [
        (colleague.newest.team_id, colleague.whole_version, people.practitioner(colleague))
    ]
    for one in colleague.memberships:
        team = people.organization(one.team_id, colleague.team_names.get(one.team_id), colleague.provider)
        made.append((one.team_id, WRITTEN_ONCE, team))
        made.append((one.team_id, one.version, people.practitioner_role(one, colleague.id)))
    return [
        projected(content, team_id=team_id, client_id=None, owner_version=version) for team_id, version, content in made
    ]


def _by(name: str, rows: Sequence[RowT]) -> defaultdict[UUID, list[RowT]]:
    """The rows by the id of what they belong to, so that a long record costs no more per row than a short one."""
    owner_of = attrgetter(name)
    found: defaultdict[UUID, list[RowT]] = defaultdict(list)
    for row in rows:
        found[owner_of(row)].append(row)
    return found


def _course(record: ClientRecord) -> Iterator[Made]:
    client_id, team_id = record.client.id, record.client.team_id
    lines, activities = _by("care_plan_id", record.lines), _by("care_contact_id", record.activities)
    for episode in record.episode_of_care:
        yield episode.version, care.episode_of_care(episode, client_id, team_id), episode.facts
    for plan in record.care_plan:
        yield plan.version, care.care_plan(plan, lines[plan.id], client_id), plan.facts
    for goal in record.goal:
        yield goal.version, care.goal(goal, client_id), None
    for contact in record.care_contact:
        done = activities[contact.id]
        yield contact.version, care.encounter(contact, done, client_id, team_id), _contact_facts(contact, done)


def _around(record: ClientRecord) -> Iterator[Made]:
    """Who is around the client, and who cares in each episode. A version is the sum of those that it is made of."""
    client_id, team_id = record.client.id, record.client.team_id
    carers = {one.network_person_id for one in record.carer}
    known = [person for person in record.network_person if person.has_consented]
    caring = [person for person in known if person.id in carers]
    for person in known:
        cares = person.id in carers
        yield person.version + cares, people.related_person(person, client_id, cares=cares), None
    told = sum(person.version + 1 for person in caring)
    for episode in record.episode_of_care:
        yield episode.version + told, people.care_team(episode, caring, client_id, team_id), None


def _contact_facts(contact: CareContact, done: Sequence[CareActivity]) -> Facts:
    activities = [{"id": str(one.id), "type": one.activity_type, "minutes": one.minutes} for one in done]
    return {"channel": contact.channel, "activities": activities, "interventions": contact.interventions}


def _found_in(episode_of_care_id: UUID | None) -> Facts | None:
    """In which episode something was found, which FHIR's Condition and Observation say nothing of here."""
    return {"episode_of_care_id": str(episode_of_care_id)} if episode_of_care_id else None


def _findings(record: ClientRecord) -> Iterator[Made]:
    """Problems, ratings and wounds. What an assessment found is shown once the assessment is complete."""
    client_id = record.client.id
    complete = {one.id: _found_in(one.episode_of_care_id) for one in record.assessment if one.status != STARTED}
    problems = {problem.id: problem for problem in record.client_problem if problem.assessment_id in complete}
    wounds = {wound.id: wound for wound in record.wound}
    ratings = _by("problem_id", record.ratings)
    for assessment in record.assessment:
        if assessment.id in complete:
            yield assessment.version, assessed.questionnaire_response(assessment, client_id), None
    for problem in problems.values():
        yield (
            problem.version,
            findings.condition(problem, ratings[problem.id], client_id),
            complete[problem.assessment_id],
        )
    for rating in record.ratings:
        rated = problems.get(rating.problem_id)
        if rated is not None:
            shown = findings.rating_observation(rating, rated, client_id)
            yield WRITTEN_ONCE, shown, complete[rated.assessment_id]
    for measurement in record.measurements:
        wound = wounds[measurement.wound_id]
        shown = findings.wound_observation(measurement, wound, client_id)
        yield WRITTEN_ONCE, shown, _found_in(wound.episode_of_care_id)
    for photo in record.photo:
        yield photo.version, assessed.document_reference(photo, client_id), None
