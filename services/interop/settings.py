"""Interop's settings: which partners are reached, and how. A partner whose address is empty is not connected."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field, field_validator, model_validator

from services.common.settings import ServiceSettings
from services.interop.domain.adapter import HOST_KEY, SFTP
from services.interop.domain.systmone_unit import UnitCode, WrittenUnit, require_one_each
from services.interop.partners.nhs_tokens import Client, signing_key
from services.interop.partners.systmone.layout import Layout


class Surgery(BaseModel):
    """Where a surgery's system answers by GP Connect, as the Spine Directory Service has it: its number, and its root
    such as https://provider.nhs.uk/A81001/STU3/1/gpconnect/structured/fhir."""

    asid: str = Field(pattern=r"^[0-9]{12}$")
    root: str = Field(pattern=r"^https?://[!-~]+$", max_length=500)


class InteropSettings(ServiceSettings):
    """`INTEROP_*`; secrets may be files in /run/secrets."""

    # The NHS API platform: where tokens are asked for, as which application, and the RSA key in PEM that signs.
    nhs_token_url: str = ""
    nhs_api_key: str = Field(default="", repr=False)
    nhs_key_id: str = ""
    nhs_private_key: str = Field(default="", repr=False)
    # The FHIR base of the Personal Demographics Service, where NHS numbers are traced.
    pds_url: str = ""
    # Where responses to BaRS senders go: the FHIR base of the NHS's proxy.
    bars_url: str = ""
    # Where the trust's engine sends HL7 v2 to (`host:port`), which trust that is, and TLS: our certificate and its key,
    # and who signs the engine's, as paths. Without a certificate the line is open, as inside HSCN.
    hl7_address: str = Field(default="", pattern=r"^(\[[0-9A-Fa-f:]+\]:[0-9]{1,5}|[^\[\]:]+:[0-9]{1,5})?$")
    hl7_ods_code: str = ""
    hl7_certificate: str = ""
    hl7_certificate_key: str = ""
    hl7_client_ca: str = ""
    # Where files for councils are left, each council's in a folder of its own; and the private key, in OpenSSH's form,
    # by which councils' SFTP servers know this installation.
    council_folder: str = ""
    sftp_key: str = Field(default="", repr=False)
    # The organisation that the teams belong to, as the NHS's directory knows it (ODS): who answers BaRS senders, sends
    # documents to GPs, and makes returns.
    ods_code: str = ""
    organisation_name: str = ""
    # MESH, such as https://msg.intspineservices.nhs.uk; without it no document goes to a GP. Certificates and keys are
    # paths of files in PEM, as the NHS issued them; the shared key is of the environment.
    mesh_url: str = ""
    mesh_mailbox: str = ""
    mesh_password: str = Field(default="", repr=False)
    mesh_shared_key: str = Field(default="", repr=False)
    mesh_certificate: str = ""
    mesh_certificate_key: str = ""
    mesh_authority: str = ""
    # How often our mailbox is looked into, and what is due leaves, in seconds.
    mesh_poll_seconds: float = Field(default=60, ge=1, le=3600)
    # GP Connect: the Spine's proxy, which is put before each surgery's address; our own number there; and the surgeries
    # whose records may be looked into, by ODS code, as JSON. Without a surgery here its record is not shown.
    gpconnect_url: str = ""
    gpconnect_asid: str = Field(default="", pattern=r"^([0-9]{12})?$")
    gpconnect_surgeries: dict[str, Surgery] = {}
    # Where the trust leaves the extracts of its SystmOne unit: a folder of this machine's, or sftp://user@host/path
    # with the server's public key; and how the files are laid out, as JSON. Without a place none is looked for.
    systmone_place: str = ""
    systmone_host_key: str = ""
    systmone_layout: Layout | None = None
    # Which units of SystmOne are written into, as JSON: a unit's code, with the team whose contacts go there, and the
    # system that takes them. Without one nothing is queued.
    systmone_writes: dict[UnitCode, WrittenUnit] = {}
    # What teams are called outside, by their ids, as JSON. No service holds a name of a team; one that has none here is
    # told by its id.
    team_names: dict[UUID, str] = {}
    # For whom and how returns are made: ODS codes, of a council the three digits of its CASSR code, and of the location
    # from which the team gives personal care the number with CQC. A return that needs an empty one is refused and says
    # so. First who uploads for the organisation; itself where it is empty.
    returns_submitter: str = ""
    returns_commissioner: str = ""
    returns_council_code: str = ""
    returns_cqc_location: str = ""

    @model_validator(mode="after")
    def _check_key(self) -> Self:
        if self.nhs_private_key:
            signing_key(self.nhs_private_key)
        return self

    @field_validator("systmone_layout", mode="before")
    @classmethod
    def _check_layout(cls, given: object) -> object:
        """What was no JSON comes as the text that it is, and what is empty says nothing."""
        if isinstance(given, str) and given:
            raise ValueError("INTEROP_SYSTMONE_LAYOUT cannot be read as JSON: see docs/interop/systmone.md for one")
        return given or None

    @model_validator(mode="after")
    def _check_systmone(self) -> Self:
        if self.systmone_place and self.systmone_layout is None:
            raise ValueError(
                "INTEROP_SYSTMONE_LAYOUT is empty: say how the files in INTEROP_SYSTMONE_PLACE are laid out"
            )
        if self.systmone_place.startswith("sftp:"):
            if not SFTP.fullmatch(self.systmone_place):
                raise ValueError("INTEROP_SYSTMONE_PLACE: an address of SFTP is sftp://user@host/path")
            if not HOST_KEY.fullmatch(self.systmone_host_key) or not self.sftp_key:
                raise ValueError(
                    "SFTP needs INTEROP_SYSTMONE_HOST_KEY, such as `ssh-ed25519 AAAA…`, and INTEROP_SFTP_KEY"
                )
        return self

    @field_validator("systmone_writes")
    @classmethod
    def _check_units(cls, units: dict[str, WrittenUnit]) -> dict[str, WrittenUnit]:
        require_one_each(units)
        return units

    @classmethod
    def of(cls, settings: ServiceSettings) -> Self:
        """These settings; of a process that was given none of interop's own, with nothing set."""
        return settings if isinstance(settings, cls) else cls.model_validate(settings.model_dump())

    @property
    def nhs_client(self) -> Client | None:
        """None where this installation is no application of the platform's."""
        told = (self.nhs_token_url, self.nhs_api_key, self.nhs_key_id, self.nhs_private_key)
        return Client(*told) if all(told) else None

    @property
    def hl7_listens_at(self) -> tuple[str, int] | None:
        """None where no engine is connected."""
        host, _, port = self.hl7_address.rpartition(":")
        return (host.strip("[]"), int(port)) if host else None
