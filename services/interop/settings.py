"""Interop's own settings: what councils who take files are reached with. Empty means that nobody is reached so."""

from pydantic import Field

from services.common.settings import ServiceSettings


class InteropSettings(ServiceSettings):
    """`INTEROP_COUNCIL_FOLDER` is where files for councils are left, each council's in a folder of its own;
    `INTEROP_SFTP_KEY` is the private key, in OpenSSH's form, by which councils' SFTP servers know this installation."""

    council_folder: str = ""
    sftp_key: str = Field(default="", repr=False)
