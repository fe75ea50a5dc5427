"""Interop's own settings: as whom the organisation makes its returns."""

from typing import Self

from services.common.settings import ServiceSettings


class InteropSettings(ServiceSettings):
    """`INTEROP_RETURNS_PROVIDER` and the rest are ODS codes, and a council's the three digits of its CASSR code.

    Where one is empty, the return that needs it is refused and says which: none has a default that names anybody.
    """

    returns_provider: str = ""
    # Who uploads for the provider; the provider itself where it is empty.
    returns_submitter: str = ""
    returns_commissioner: str = ""
    returns_council_code: str = ""
    # Of the registered location from which the team gives personal care, as CQC numbers it.
    returns_cqc_location: str = ""

    @classmethod
    def of(cls, settings: ServiceSettings) -> Self:
        """These settings; of a process that was given none of interop's own, with nothing set."""
        return settings if isinstance(settings, cls) else cls.model_validate(settings.model_dump())
