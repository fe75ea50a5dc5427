"""Ability: whether somebody may make a visit, by role, skills, live delegation and check. All of roster asks here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.common.errors import Conflict
from services.roster.domain.known import Clearance, ClientDelegation, Contract
from services.roster.domain.rota.problem import ROLE

REGISTERED = "registered_nurse"
# Whoever works as one does a nurse's tasks by delegation alone. The nurse answers for it (NMC Code 2018, section 11).
DELEGATES = frozenset({"assistant_practitioner"})
WHO = "/body/employee_id"
# What is delegated client by client, as caseload names it: hr's sign-off alone is not enough (mission row 6.29).
BY_CLIENT = frozenset({"give_medicine"})
# What is said of somebody's ability in codes, and goes along with them where they are lent.
CODES = ("roles", "skills", "delegated", "ended")


class Lack(StrEnum):
    """What somebody is without. Only a delegation and a check are never made up for by words."""

    ROLE = "role"
    SKILL = "skill"
    DELEGATION = "delegation"
    CHECK = "check"


class NotOfThatRole(Conflict):
    """A visit plan says who makes its visits; a registered nurse makes those of assistants as well."""

    field = WHO
    way_out = (
        "Choose somebody with the role that the visit plan names, name them in accompanied_by, "
        "or say in override_words why this person visits all the same."
    )

    def __init__(self) -> None:
        super().__init__("By their contract this person has not the role that the visit plan asks for.")


class WithoutTheSkill(Conflict):
    """Whoever visits can do what the visit plan asks for; a registered nurse answers for what she can do herself."""

    field = WHO
    way_out = (
        "Choose somebody who can, name them in accompanied_by, say the skill first (POST /v1/member-skills), "
        "or say in override_words why this person visits all the same."
    )

    def __init__(self) -> None:
        super().__init__("This person has not been said to have the skills that the visit plan asks for.")


class NotDelegated(Conflict):
    """Assistants do delegated tasks only while somebody has signed off that they can (mission row 6.29)."""

    field = WHO
    way_out = (
        "Give the visit to a registered nurse, name one in accompanied_by, "
        "or have the competence assessed and signed off at hr (POST /v1/competencies), "
        "and a medicine delegated for this client at caseload (POST /v1/delegations)."
    )

    def __init__(self) -> None:
        super().__init__("What the visit plan asks for is not delegated to this person on that day.")


# What a visit is planned without by words alone.
WITHOUT = {Lack.ROLE: NotOfThatRole, Lack.SKILL: WithoutTheSkill}


@dataclass(frozen=True)
class Needed:
    """What a visit asks of whoever makes it. Without a visit plan that is nothing.

    Without `client_id` it is for no client yet: what is delegated client by client can still be delegated.
    """

    role: str | None = None
    skills: frozenset[str] = frozenset()
    client_id: UUID | None = None


@dataclass(frozen=True)
class Ability:
    """What somebody may do on one day: the roles of their contracts, skills, and hr's word on their check.

    `delegated` are those of the skills that hr has signed off, `ended` what hr once did and nobody relies on any more.
    `for_clients` are the tasks that caseload's nurses have delegated, each with its client. `cleared` is None where hr
    has recorded no check. Whoever `is_lent` is known to the lender alone.
    """

    roles: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    delegated: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()
    for_clients: frozenset[tuple[UUID, str]] = frozenset()
    cleared: bool | None = None
    is_lent: bool = False

    def lent(self, brought: "Ability") -> "Ability":
        """With the roles and skills that somebody brings along from the team that lends them."""
        both = {name: getattr(self, name) | getattr(brought, name) for name in CODES}
        return replace(self, **both, is_lent=True)

    def lacks(self, needed: Needed, *, alone: bool = False) -> tuple[Lack, ...]:
        """What stands against it that this person makes such a visit, `alone` where nobody else is at the door."""
        found = []
        if needed.role is not None and not self._has_role(needed.role):
            found.append(Lack.ROLE)
        # The team's own word makes nobody of those a nurse delegates to able: hr's sign-off does.
        missing = needed.skills - (self._delegated_for(needed.client_id) if self._is_delegated_to() else self.skills)
        if missing and not self._is_own_work(needed.role):
            found.append(Lack.DELEGATION if self._works_by_delegation(missing) else Lack.SKILL)
        if alone and self.cleared is not True:
            found.append(Lack.CHECK)
        return tuple(found)

    def _has_role(self, role: str) -> bool:
        return role in self.roles or self._is_own_work(role)

    def _is_own_work(self, role: str | None) -> bool:
        """What is delegated to others a registered nurse may do herself; not the other way round."""
        return REGISTERED in self.roles and role in DELEGATES

    def _is_delegated_to(self) -> bool:
        return REGISTERED not in self.roles and bool(self.roles & DELEGATES)

    def _delegated_for(self, client_id: UUID | None) -> frozenset[str]:
        """What hr has signed off, less what nobody has delegated to them for this client."""
        of_client = {task for task in BY_CLIENT if client_id is None or (client_id, task) in self.for_clients}
        return self.delegated - (BY_CLIENT - of_client)

    def _works_by_delegation(self, missing: Iterable[str]) -> bool:
        if REGISTERED in self.roles:
            return False
        is_unknown = self.is_lent and not self.roles
        return is_unknown or self._is_delegated_to() or not self.ended.isdisjoint(missing)


def may_make(who: Ability, needed: Needed, *, alone: bool = False) -> bool:
    """May she make this visit? The one answer for what-if, rounds, swaps, hand-on and the plan of a visit."""
    return not who.lacks(needed, alone=alone)


def may_hold(who: Ability, needs: Sequence[str]) -> bool:
    """May she hold this duty? `needs` are skills, and `role:` with a role; for open shifts, loans and floors."""
    roles: list[str | None] = [need.removeprefix(ROLE) for need in needs if need.startswith(ROLE)]
    skills = frozenset(need for need in needs if not need.startswith(ROLE))
    return all(may_make(who, Needed(role, skills)) for role in roles or [None])


def lacking(people: Sequence[Ability], needed: Needed) -> tuple[Lack, ...]:
    """What all who come to a visit are without: it is enough that one of them may make it.

    Raises `NotDelegated`.
    """
    least = min((who.lacks(needed) for who in people), key=lambda one: (Lack.DELEGATION in one, len(one)))
    if Lack.DELEGATION in least:
        raise NotDelegated
    return least


@dataclass(frozen=True)
class Word:
    """That somebody can do something from a day to a last one: by hr's word, or by the team's own.

    Hr's word goes before the team's: once a task was signed off, what hr says of it alone counts.
    """

    employee_id: UUID
    skill: str
    from_on: date
    until_on: date | None
    is_of_hr: bool = False
    is_withdrawn: bool = False

    def holds(self, day: date) -> bool:
        return not self.is_withdrawn and self.from_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass
class Skills:
    """What one person can do on a day, what of it by hr's word, and what they could once by hr's word."""

    can: set[str] = field(default_factory=set)
    delegated: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)


def skills_on(day: date, words: Iterable[Word]) -> Mapping[UUID, Skills]:
    """By person."""
    said: dict[tuple[UUID, str], list[Word]] = {}
    for word in words:
        if word.from_on <= day:
            said.setdefault((word.employee_id, word.skill), []).append(word)
    found: dict[UUID, Skills] = {}
    for (who, skill), about in said.items():
        of_hr = [word for word in about if word.is_of_hr]
        if any(word.holds(day) for word in of_hr or about):
            skills = found.setdefault(who, Skills())
            skills.can.add(skill)
            skills.delegated |= {skill} if of_hr else set()
        elif of_hr:
            found.setdefault(who, Skills()).ended.add(skill)
    return found


def ability_of(roles: Iterable[str], skills: Skills) -> Ability:
    """By contracts and words alone, whatever the check."""
    return Ability(frozenset(roles), frozenset(skills.can), frozenset(skills.delegated), frozenset(skills.ended))


def cleared_on(day: date, checks: Iterable[Clearance]) -> Mapping[UUID, bool]:
    """By person. `checks` are in the order in which hr said them: what is taken back from an earlier day is so."""
    return {one.employee_id: one.may_visit_alone for one in checks if one.since_on <= day}


def roles_on(day: date, contracts: Iterable[Contract]) -> Mapping[UUID, frozenset[str]]:
    """By person, of the contracts that count; none where hr told none."""
    found: dict[UUID, frozenset[str]] = {}
    for one in contracts:
        if one.role is not None and one.from_on <= day and (one.until_on is None or day <= one.until_on):
            found[one.employee_id] = found.get(one.employee_id, frozenset()) | {one.role}
    return found


def tasks_on(day: date, delegations: Iterable[ClientDelegation]) -> Mapping[UUID, frozenset[tuple[UUID, str]]]:
    """By person, each client with a task that is delegated for them."""
    found: dict[UUID, frozenset[tuple[UUID, str]]] = {}
    for one in delegations:
        if one.from_on <= day <= one.until_on:
            found[one.employee_id] = found.get(one.employee_id, frozenset()) | {(one.client_id, one.task)}
    return found
