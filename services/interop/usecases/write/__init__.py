"""Writing over FHIR: what a trust says becomes a fact for the team, kept as it came, and told by whom (Provenance)."""

from services.interop.usecases.write.conditional import create_unless_there, update_found
from services.interop.usecases.write.judge import judged
from services.interop.usecases.write.one import (
    Done,
    Wanted,
    create_resource,
    patch_resource,
    require_writable,
    update_resource,
)
from services.interop.usecases.write.together import Answered, Reader, write_bundle

__all__ = [
    "Answered",
    "Done",
    "Reader",
    "Wanted",
    "create_resource",
    "create_unless_there",
    "judged",
    "patch_resource",
    "require_writable",
    "update_found",
    "update_resource",
    "write_bundle",
]
