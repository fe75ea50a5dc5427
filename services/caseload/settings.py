"""Caseload's own settings: where photos are kept."""

from pydantic import Field

from services.common.settings import ServiceSettings


class CaseloadSettings(ServiceSettings):
    """`CASELOAD_PHOTO_STORE` is `file:///a/folder` or `s3://bucket/prefix`; without one, no photo is taken or shown."""

    photo_store: str = ""
    # Of a store that speaks S3 and is not Amazon's.
    photo_store_endpoint: str = ""
    photo_store_region: str = "eu-west-2"
    # Where both are empty, the machine's own identity is used, as the cloud gives it.
    photo_store_key_id: str = Field(default="", repr=False)
    photo_store_secret: str = Field(default="", repr=False)
