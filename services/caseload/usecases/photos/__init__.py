"""What can be done with the photos of a wound."""

from services.caseload.usecases.photos.attach import attach_photo, expect_photo, keep_picture, require_as_sent
from services.caseload.usecases.photos.show import fetch_picture, read_photo
from services.caseload.usecases.photos.sweep import sweep, sweep_photos

__all__ = [
    "attach_photo",
    "expect_photo",
    "fetch_picture",
    "keep_picture",
    "read_photo",
    "require_as_sent",
    "sweep",
    "sweep_photos",
]
