"""The nurses of `benchmarks.caseload`: one of each sampled team, signed in, and what they ask."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.gateway_house import REFERRAL
from benchmarks.seed_rows import MEMBERS_OF_TEAM, Person, id_of
from services.common.assertions import own_key
from services.common.auth import Persona
from services.common.settings import ServiceSettings
from services.identity.domain.internal_token import Bearer, Signer

ISSUER = ServiceSettings().issuer
SCRIPT = """
local asks = {%s}
local place = 0
math.randomseed(%d)
local function word(most) return math.random(0, most) end
request = function()
  place = place %% #asks + 1
  local ask = asks[place]
  local headers = {["Authorization"] = ask[3], ["X-Employee"] = ask[4]}
  if ask[5] == nil then return wrk.format(ask[1], ask[2], headers) end
  local id = string.format("01938000-%%04x-7%%03x-8%%03x-%%04x%%04x%%04x", word(65535), word(4095), word(4095),
    word(65535), word(65535), word(65535))
  headers["Content-Type"] = "application/json"
  headers["Idempotency-Key"] = id
  return wrk.format(ask[1], ask[2], headers, (ask[5]:gsub("@ID@", id)))
end
"""


@dataclass(frozen=True)
class Signing:
    """Tokens as identity signs them."""

    pem: str
    _signer: list[Signer] = field(default_factory=list)

    @property
    def signer(self) -> Signer:
        if not self._signer:
            self._signer.append(Signer([own_key(self.pem)]))
        return self._signer[0]

    def jwks(self) -> dict[str, Any]:
        return self.signer.jwks()

    def of_nurse(self, employee_id: str, audience: str = "caseload") -> str:
        return self._token(employee_id, Persona.NURSE, audience)

    def of_process(self, audience: str) -> str:
        return self._token("svc:caseload", Persona.SERVICE, audience)

    def of_system(self, scope: str, audience: str) -> str:
        """Of a partner's system that was granted this."""
        return self._token("bench-trust", Persona.INTEGRATOR, audience, scope)

    def _token(self, subject: str, persona: Persona, audience: str, scope: str = "") -> str:
        now = int(time.time())
        bearer = Bearer(subject, persona, "bench", scope, assurance="AAL2", signed_in_at=now)
        return self.signer.sign(bearer.claims(ISSUER, audience, now))


@dataclass(frozen=True)
class Ask:
    """One request; `@ID@` in its body is a new id each time."""

    method: str
    path: str
    person: Person
    body: str | None = None

    @property
    def employee_id(self) -> str:
        return id_of("employee", self.person.team * MEMBERS_OF_TEAM)


def asks(kind: str, sample: Sequence[Person]) -> list[Ask]:
    """What each sampled client's team asks: of that client, or of the team."""
    paths = {
        "get_record": "/v1/clients/{client}",
        "list_clients": "/v1/clients?team_id={team}&limit=100",
        "list_referrals": "/v1/referrals?team_id={team}&limit=100",
        "caseload_page": "/v1/caseload?team_id={team}",
        "review_list": "/v1/caseload-reviews?team_id={team}&limit=50",
        "search_by_name": "/v1/caseload/_search",
        "post_referral": "/v1/referrals",
    }
    posted = {"search_by_name": _search, "post_referral": _referral}
    body, method = posted.get(kind), "POST" if kind in posted else "GET"
    return [
        Ask(method, paths[kind].format(client=one.client_id, team=one.team_id), one, body(one) if body else None)
        for one in sample
    ]


def _search(one: Person) -> str:
    return json.dumps({"team_id": one.team_id, "name": one.family[:4]})


def _referral(one: Person) -> str:
    return json.dumps({"id": "@ID@", **REFERRAL, "team_id": one.team_id})


def script(wanted: Sequence[Ask], signing: Signing) -> str:
    """For wrk, with tokens that hold for the next minutes."""
    tokens = {one.employee_id: signing.of_nurse(one.employee_id) for one in wanted}
    told = []
    for one in wanted:
        signed = f"Bearer {tokens[one.employee_id]}"
        told.append(_lua(one.method, one.path, signed, one.employee_id, one.body))
    return SCRIPT % (",\n".join(told), time.monotonic_ns() % 2**31)


def _lua(*values: str | None) -> str:
    return "{" + ", ".join(f"[[{value}]]" for value in values if value is not None) + "}"
