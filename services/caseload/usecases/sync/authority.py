"""Who may say what a device sends: whoever was there then and is there still; else somebody of the team looks first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from services.caseload.domain.sync_operation import ActorMismatch, SentOperation
from services.caseload.store import sync as store
from services.caseload.store.sync import Subject
from services.caseload.usecases.sync.kinds import KINDS, Kind
from services.common.auth import Principal
from services.common.db import Transaction

Key = tuple[str, UUID]


@dataclass
class Authority:
    """What was looked up for a whole batch at once: whose each named thing is, and who belongs to which team when."""

    caller: UUID
    today: date
    subjects: dict[Key, Subject]
    memberships: Mapping[tuple[UUID, UUID], tuple[date, date | None]]
    _made: dict[UUID, Subject] = field(default_factory=dict)

    def belongs(self, person: UUID, team_id: UUID, on: date) -> bool:
        """Whether this person belongs to the team on that day."""
        from_on, until_on = self.memberships.get((team_id, person), (None, None))
        return from_on is not None and from_on <= on and (until_on is None or on <= until_on)

    def subject(self, kind: Kind, sent: SentOperation) -> Subject | None:
        """Whose it is, as far as it is known here; what this batch has made itself included."""
        named = kind.subject(sent)
        if named is None:
            return None
        return self.subjects.get((kind.named[0], named)) or self._made.get(named) or self.subjects.get(("", named))

    def makes(self, kind: Kind, sent: SentOperation, subject: Subject | None) -> None:
        """What follows in the queue may be about what this makes."""
        made = kind.made_id(sent)
        if made is not None and subject is not None:
            self._made[made] = subject

    def waits_for(self, sent: SentOperation, subject: Subject | None, on: date) -> UUID | None:
        """The team of which somebody has to look at it first; None for what is done at once, or is no record for the
        caller and will be refused as one that does not exist. Raises `ActorMismatch`."""
        if sent.made_by != self.caller:
            return self._of_another(sent.made_by, subject, on)
        if subject is None:
            return None
        is_member = self.belongs(self.caller, subject.team_now, self.today)
        if is_member and subject.team_id == subject.team_now and subject.in_care:
            return None
        was_member = self.belongs(self.caller, subject.team_id, on)
        return subject.team_now if is_member or was_member else None

    def _of_another(self, made_by: UUID, subject: Subject | None, on: date) -> UUID:
        """The tablet changed hands: whoever holds it is a member today, and whoever did it was one then."""
        if subject is None or not self.belongs(made_by, subject.team_id, on):
            raise ActorMismatch
        if not self.belongs(self.caller, subject.team_id, self.today):
            raise ActorMismatch
        return subject.team_now


async def look_up(tx: Transaction, sent: Iterable[SentOperation]) -> Authority:
    """In a number of statements that does not depend on how many were sent."""
    caller = tx.actor.employee_id or UUID(int=0)
    named: dict[str, set[UUID]] = {}
    people = {caller}
    for one in sent:
        people.add(one.made_by)
        kind = KINDS.get(one.kind)
        subject = kind.subject(one) if kind else None
        if kind is not None and subject is not None:
            named.setdefault(kind.named[0], set()).add(subject)
    async with store.beyond_the_wall(tx):
        subjects, members = await store.subjects(tx, named), await store.memberships(tx, people)
    return Authority(caller, tx.today, subjects, members)


def as_maker(actor: Principal, made_by: UUID) -> Principal:
    """Whose the record is, whoever holds the tablet or takes it in."""
    return replace(actor, employee_id=made_by)
