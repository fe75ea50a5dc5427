"""hr's own settings: how the trust's HR system wants its staff file."""

from typing import Self

from pydantic import field_validator

from services.common.settings import ServiceSettings
from services.hr.domain.staff_file import LAYOUT, require_known


class HrSettings(ServiceSettings):
    """`HR_STAFF_FILE_COLUMNS` is JSON: the heading of each column in its order, and the element that stands in it.

    An element is named as the National Workforce Data Set names it; without the setting all that hr knows are told.
    `HR_STAFF_FILE_EMPLOYER` is the employer's ODS code.
    """

    staff_file_columns: dict[str, str] = LAYOUT
    staff_file_employer: str = ""

    @field_validator("staff_file_columns")
    @classmethod
    def _are_known(cls, columns: dict[str, str]) -> dict[str, str]:
        return require_known(columns)

    @classmethod
    def of(cls, settings: ServiceSettings) -> Self:
        """These settings; of a process that was given none of hr's own, with the layout that it has by itself."""
        return settings if isinstance(settings, cls) else cls.model_validate(settings.model_dump())
