"""Identity's own settings: whom it believes, what it signs with, and which processes are ours."""

import secrets
from typing import Any, Self

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet
from pydantic import Field, model_validator

from services.common.keys import public_keys
from services.common.settings import ServiceSettings
from services.identity.domain.internal_token import Signer
from services.identity.domain.trusted_issuer import TrustedIssuer


class IdentitySettings(ServiceSettings):
    """`IDENTITY_ISSUERS` and the rest are JSON. In production the process does not start with an unsafe one."""

    issuers: list[TrustedIssuer] = []
    # The public key of each process of ours, as a JWK, by its name: `svc:hr`, `svc:gateway`. While a process changes
    # its key, a set of both.
    processes: dict[str, dict[str, Any]] = {}
    # Private keys on the curve P-256 in PEM. The first signs and all are published: a new one comes last, is moved to
    # the front when every service has seen it, and the old one goes when its last token has ended.
    signing_keys: list[str] = Field(default_factory=list, repr=False)
    # Where the public finds us, without a slash at its end.
    public_url: str = "https://heatshield.invalid"

    @model_validator(mode="after")
    def _knows_each_process(self) -> Self:
        self.process_keys()
        return self

    @model_validator(mode="after")
    def _is_safe_in_production(self) -> Self:
        """The second of three locks on the development issuer: the first is that the image lacks it, the third is that
        every verifier in production refuses its keys."""
        if self.app_env != "production":
            return self
        if any(issuer.is_for_development() for issuer in self.issuers):
            raise ValueError("CONFIG_DEV_ISSUER_IN_PRODUCTION: IDENTITY_ISSUERS may name real identity providers only")
        if vague := [issuer.name for issuer in self.issuers if issuer.is_vague()]:
            told = "set personas and assurances in IDENTITY_ISSUERS for"
            raise ValueError(f"CONFIG_VAGUE_ISSUER: {told} {', '.join(vague)}")
        if not self.processes:
            raise ValueError("CONFIG_NO_PROCESSES: set IDENTITY_PROCESSES, such as from `python -m services keys`")
        if not self.signing_keys:
            raise ValueError("CONFIG_NO_SIGNING_KEY: set IDENTITY_SIGNING_KEYS, such as from `python -m services keys`")
        return self

    def process_keys(self) -> dict[str, KeySet]:
        """By the process's name. Raises `ValueError` for what is no public key, or no set of them."""
        found = {}
        for name, told in self.processes.items():
            try:
                found[name] = public_keys({"keys": [_named(jwk) for jwk in told.get("keys", [told])]})
            except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
                way_out = "give its public key as a JWK, or a set of them, such as from `python -m services keys`"
                raise ValueError(f"CONFIG_PROCESS_KEY: IDENTITY_PROCESSES, {name}: {way_out}") from error
        return found

    def signer(self) -> Signer:
        """Outside production keys may be made for this one start; their names say so."""
        keys = [ECKey.import_key(pem) for pem in self.signing_keys]
        for key in keys:
            key.ensure_kid()
        return Signer(keys or [ECKey.generate_key("P-256", {"kid": f"dev-{secrets.token_hex(8)}"})])


def _named(jwk: dict[str, Any]) -> dict[str, Any]:
    """With the name by which an assertion says which key it was signed with."""
    key = ECKey.import_key(jwk)
    key.ensure_kid()
    return {**jwk, "kid": key.kid}
