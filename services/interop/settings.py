"""Interop's own settings: who we are to the NHS, and where its services are. What is empty is not connected."""

from pydantic import Field

from services.common.settings import ServiceSettings


class InteropSettings(ServiceSettings):
    """`INTEROP_MESH_URL` is MESH, such as https://msg.intspineservices.nhs.uk; without it no document goes to a GP.

    Certificates and keys are paths of files in PEM, as the NHS issued them; the shared key is of the environment.
    """

    # The organisation that the teams belong to, as the NHS's directory knows it: the sender of each document.
    ods_code: str = ""
    organisation_name: str = ""
    mesh_url: str = ""
    mesh_mailbox: str = ""
    mesh_password: str = Field(default="", repr=False)
    mesh_shared_key: str = Field(default="", repr=False)
    mesh_certificate: str = ""
    mesh_certificate_key: str = ""
    mesh_authority: str = ""
