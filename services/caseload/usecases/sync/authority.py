"""Who may say what a device sends: whoever was there then and is there still; else somebody of the team looks first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from services.caseload.domain.sync_operation import ActorMismatch, SentOperation
from services.caseload.domain.sync_review import TimeNeeded
from services.caseload.store import sync as store
from services.caseload.store.sync import Subject
from services.caseload.usecases.sync.kinds import KINDS, Kind
from services.common.auth import Principal
from services.common.db import Transaction

Key = tuple[str, UUID]
# In the place of its table, for what was sent and is not there yet.
WAITING = ""
CONTACTS = "care_contact"


@dataclass(frozen=True)
class Standing:
    """What may become of an operation: which team may see it, whether somebody of it looks first, whether it can have
    happened when its clock said, and whether whoever is said to have done it was there."""

    team: UUID | None = None
    waits: bool = False
    is_timely: bool = True
    was_there: bool = True


@dataclass
class Authority:
    """What was looked up for a whole batch at once: whose each named thing is, and who belongs to which team when."""

    caller: UUID
    today: date
    subjects: dict[Key, Subject]
    memberships: Mapping[tuple[UUID, UUID], tuple[date, date | None]]
    # What was sent before, in this batch as well, and is not applied.
    _unapplied: set[UUID] = field(default_factory=set)
    _made: dict[UUID, Subject] = field(default_factory=dict)

    def belongs(self, person: UUID, team_id: UUID, on: date) -> bool:
        """Whether this person belongs to the team on that day."""
        from_on, until_on = self.memberships.get((team_id, person), (None, None))
        return from_on is not None and from_on <= on and (until_on is None or on <= until_on)

    def teams_ever(self, person: UUID) -> frozenset[UUID]:
        """The teams to which this person belongs or belonged."""
        mine = ((team, from_on) for (team, who), (from_on, _) in self.memberships.items() if who == person)
        return frozenset(team for team, from_on in mine if from_on <= self.today)

    def subject(self, kind: Kind, sent: SentOperation) -> Subject | None:
        """Whose it is, as far as it is known here; what this batch has made itself included."""
        named = kind.subject(sent)
        if named is None:
            return None
        return self.subjects.get((kind.named[0], named)) or self._made.get(named) or self.subjects.get((WAITING, named))

    def makes(self, kind: Kind, sent: SentOperation, subject: Subject | None) -> None:
        """What follows in the queue may be about what this makes."""
        made = kind.made_id(sent)
        if made is not None and subject is not None:
            self._made[made] = subject

    def leaves_unapplied(self, kind: Kind, sent: SentOperation) -> None:
        """What follows in the queue may be about what this would have made."""
        made = kind.made_id(sent)
        if made is not None:
            self._unapplied.add(made)

    def follows_what_waits(self, kind: Kind, sent: SentOperation) -> bool:
        """Whether it is about something that was sent and is not there yet."""
        named = {kind.subject(sent), kind.visit_of(sent)} - {None}
        return any(one in self._unapplied or (WAITING, one) in self.subjects for one in named)

    def as_it_stands(self, sent: SentOperation) -> SentOperation:
        """About what stands in the place of what it was about, where that came into conflict."""
        stands = {str(key[1]): one.stands for key, one in self.subjects.items() if key[0] == WAITING and one.stands}
        about = {name: stands.get(str(one), one) for name, one in sent.about.items()}
        body = {name: str(stands[one]) if str(one) in stands else one for name, one in sent.body.items()}
        return sent.model_copy(update={"about": about, "body": body})

    def standing(self, sent: SentOperation, subject: Subject | None, on: date | None) -> Standing:
        """`on` is the day on which it was done, or None where that would be still to come.

        Whoever holds the device is not told of what is not theirs: what somebody else noted is kept for that person,
        and what is their own will be refused as one that does not exist.
        """
        is_own = sent.made_by == self.caller
        if subject is None:
            return Standing(waits=not is_own)
        is_timely = on is not None and (subject.began_on is None or subject.began_on <= on)
        was_there = self._was_there(sent.made_by, subject, on if is_timely else None)
        if is_own and self.belongs(self.caller, subject.team_now, self.today):
            is_timely = is_timely and was_there
            is_settled = subject.team_id == subject.team_now and subject.in_care
            return Standing(subject.team_now, waits=not (is_timely and is_settled), is_timely=is_timely)
        if was_there:
            return Standing(subject.team_now, waits=True, is_timely=is_timely)
        if self.belongs(self.caller, subject.team_now, self.today):
            return Standing(subject.team_now, was_there=False)
        return Standing(waits=not is_own)

    def _was_there(self, person: UUID, subject: Subject, on: date | None) -> bool:
        """In the team of this client on that day; without one, ever."""
        teams = {subject.team_id, subject.team_now}
        if on is None:
            return bool(teams & self.teams_ever(person))
        return any(self.belongs(person, team, on) for team in teams)

    def require_there(self, sent: SentOperation, subject: Subject, on: date) -> None:
        """Raises `TimeNeeded` or `ActorMismatch`."""
        if subject.began_on is not None and on < subject.began_on:
            raise TimeNeeded
        if not self._was_there(sent.made_by, subject, on):
            raise ActorMismatch

    def keeper(self, sent: SentOperation | None) -> UUID:
        """For whom what no team may have is kept: whoever did it, or who sent it where nobody knows them."""
        known = sent is not None and any(person == sent.made_by for _, person in self.memberships)
        return sent.made_by if sent is not None and known else self.caller


async def look_up(tx: Transaction, sent: Iterable[SentOperation]) -> Authority:
    """In a number of statements that does not depend on how many were sent."""
    caller = tx.actor.employee_id or UUID(int=0)
    named: dict[str, set[UUID]] = {}
    people = {caller}
    for one in sent:
        people.add(one.made_by)
        kind = KINDS.get(one.kind)
        if kind is None:
            continue
        for table, found in ((kind.named[0], kind.subject(one)), (CONTACTS, kind.visit_of(one))):
            if found is not None:
                named.setdefault(table, set()).add(found)
    async with store.beyond_the_wall(tx):
        subjects, members = await store.subjects(tx, named), await store.memberships(tx, people)
    there = {known for table, known in subjects if table != WAITING}
    subjects = {key: one for key, one in subjects.items() if key[0] != WAITING or key[1] not in there}
    return Authority(caller, tx.today, subjects, members)


def as_maker(actor: Principal, made_by: UUID) -> Principal:
    """Whose the record is, whoever holds the tablet or takes it in."""
    return replace(actor, employee_id=made_by)
