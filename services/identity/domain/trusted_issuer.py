"""Whose sign-ins are believed: one block of configuration for each provider, such as CIS2, Entra or Keycloak."""

import ipaddress
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from services.common.auth import Persona
from services.identity.domain.national_rbac import chosen_role

DEVELOPMENT_ISSUER = "https://dev-issuer.invalid"
Assurance = Literal["AAL1", "AAL2", "AAL3"]
ASSURANCES = get_args(Assurance)
SIGNATURES = "^(RS256|RS384|PS256|ES256|ES384)$"
# Nobody outside is one of our processes, and partners' systems are registered here (registered_system.py).
OUTSIDE = set(Persona) - {Persona.SERVICE}
SYSTEMS = {Persona.INTEGRATOR, Persona.COUNCIL}


class PersonaNotNamed(ValueError):
    """The provider says nothing by which the person would have a role here."""


class TooWeak(ValueError):
    """The sign-in was not as sure as it has to be."""


class TrustedIssuer(BaseModel):
    """One provider. `issuer` is compared letter for letter, a port included (CIS2 has `:443` in its own)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern="^[a-z][a-z0-9-]*$")]
    issuer: str
    jwks_url: str
    algorithms: list[Annotated[str, Field(pattern=SIGNATURES)]] = ["RS256"]
    # Whom its access tokens are for; empty where they are not accepted, as with CIS2, whose tokens name nobody.
    audience: str = ""
    types: list[str] = ["at+jwt", "application/at+jwt"]
    longest_seconds: int = 3600
    # Which claim is the employee's id here, and which one tells the role, by these words.
    subject_claim: str = "sub"
    persona_claim: str = "persona"
    personas: dict[str, Persona] = {}
    # Its subjects are linked to employees here, because it knows none of their ids (staff_account.py).
    has_staff_accounts: bool = False
    # The trust's ODS codes, for a provider that tells national roles, as CIS2 does; `personas` then has their codes.
    organisations: list[str] = []
    # Which claim says how sure the sign-in was, and by which words; what is not among them is refused.
    assurance_claim: str = "acr"
    assurances: dict[str, Assurance] = {}
    # What is asked for at sign-in, as CIS2 has it: AAL2_OR_AAL3_ANY, and `login` for a role to be chosen.
    acr_values: str = ""
    prompt: str = ""
    # As whom we sign people in there, and where (OpenID Connect).
    client_id: str = ""
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    # Where it tells the rest of whom signed in; empty where the ID token says all.
    userinfo_endpoint: str = ""
    scope: str = "openid profile"
    id_token_algorithms: list[Annotated[str, Field(pattern=SIGNATURES)]] = ["RS256"]

    @property
    def signs_in(self) -> bool:
        return bool(self.client_id and self.authorization_endpoint and self.token_endpoint)

    def is_for_development(self) -> bool:
        """Made up, on this machine, or in clear text."""
        ends = (self.authorization_endpoint, self.token_endpoint, self.userinfo_endpoint)
        addresses = [self.issuer, self.jwks_url, *(address for address in ends if address)]
        return self.issuer.startswith(DEVELOPMENT_ISSUER) or any(not _is_secure(address) for address in addresses)

    def is_vague(self) -> bool:
        """Whether it leaves open which of its words mean which role, or how sure a sign-in has to be."""
        return not self.personas or not self.assurances

    def assurance_of(self, claims: dict[str, Any]) -> str | None:
        """How sure the sign-in was (NIST SP 800-63B). Raises `TooWeak`."""
        told = claims.get(self.assurance_claim)
        # CIS2 says a level as a word in one place and as a number in another.
        word = str(told) if isinstance(told, str | int) else None
        if not self.assurances:
            return word if word in ASSURANCES else None
        if word not in self.assurances:
            raise TooWeak
        return self.assurances[word]

    def scope_of(self, claims: dict[str, Any]) -> str:
        """What a system may reach is agreed here; only the development issuer says it of itself."""
        said = claims.get("scope")
        return said if self.is_for_development() and isinstance(said, str) else ""

    def subject_of(self, claims: dict[str, Any]) -> str:
        """Raises `PersonaNotNamed`."""
        subject = claims.get(self.subject_claim)
        if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
            raise PersonaNotNamed(self.subject_claim)
        return subject

    def persona_of(self, claims: dict[str, Any]) -> Persona:
        """The first of the provider's words that means a role here. Raises `PersonaNotNamed`."""
        told = chosen_role(claims, self.organisations) if self.organisations else claims.get(self.persona_claim)
        words = [word for word in (told if isinstance(told, list) else [told]) if isinstance(word, str)]
        known = {**{str(persona): persona for persona in OUTSIDE if not self.personas}, **self.personas}
        found = next((known[word] for word in words if word in known), None)
        if found not in OUTSIDE or (found in SYSTEMS and not self.is_for_development()):
            raise PersonaNotNamed(self.persona_claim)
        return found


def _is_secure(address: str) -> bool:
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        return parts.scheme == "https" and ipaddress.ip_address(host).is_global
    except ValueError:
        return parts.scheme == "https" and host not in ("", "localhost") and not host.endswith(".localhost")
