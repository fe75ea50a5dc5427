"""Who calls: a person, a partner's system, or a service of ours. Tokens are read in `tokens`."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID


class Persona(StrEnum):
    """The kinds of caller. None of them is a manager of people: that role does not exist here."""

    NURSE = "nurse"
    COACH = "coach"
    HEATSHIELD = "heatshield"
    STEERING = "steering"
    SOCIAL_WORKER = "social_worker"
    PRACTICE = "practice"
    HR = "hr"
    FINANCE = "finance"
    COMMISSIONER = "commissioner"
    COUNCIL = "council"
    INTEGRATOR = "integrator"
    OPS = "ops"
    SERVICE = "service"


# Who works across teams; what they reach is said route by route. Everybody else, a persona yet to come included, knows
# of no rows but those of their own teams.
ACROSS_TEAMS = frozenset(
    {
        Persona.COACH,
        Persona.HEATSHIELD,
        Persona.STEERING,
        Persona.HR,
        Persona.FINANCE,
        Persona.COMMISSIONER,
        Persona.INTEGRATOR,
        Persona.OPS,
        Persona.SERVICE,
    }
)


# Whose subject is the name of a system, whatever it looks like.
NO_PEOPLE = frozenset({Persona.COUNCIL, Persona.INTEGRATOR, Persona.SERVICE})


@dataclass(frozen=True)
class Principal:
    """Who acts: a person, a partner's system, or a service of ours."""

    subject: str
    persona: Persona
    employee_id: UUID | None = None
    # What a partner's system was granted (SMART App Launch 2); people's rights are those of their persona.
    scopes: frozenset[str] = frozenset()
    # The sign-in that the token belongs to, when it began (in seconds since 1970), and how sure it was (AAL2).
    session: str | None = None
    signed_in_at: int | None = None
    assurance: str | None = None
    # The service that asks in this person's name (RFC 8693, `act`).
    through: str | None = None
    issued_at: int = 0

    @property
    def is_team_bound(self) -> bool:
        return self.persona not in ACROSS_TEAMS


SYSTEM = Principal(subject="svc:events", persona=Persona.SERVICE)


def principal_of(claims: dict[str, Any]) -> Principal:
    """Whom proven claims name. Raises `ValueError` for a persona that does not exist."""
    subject, persona = claims["sub"], Persona(str(claims.get("persona")))
    return Principal(
        subject=subject,
        persona=persona,
        employee_id=None if persona in NO_PEOPLE else _employee(subject),
        scopes=frozenset(str(claims.get("scope", "")).split()),
        session=_text(claims.get("sid")),
        signed_in_at=claims["auth_time"] if type(claims.get("auth_time")) is int else None,
        assurance=_text(claims.get("acr")),
        through=_text(claims["act"].get("sub")) if isinstance(claims.get("act"), dict) else None,
        issued_at=claims["iat"],
    )


def _employee(subject: str) -> UUID | None:
    try:
        return UUID(subject)
    except ValueError:
        return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
