"""What can be done with a photo that arrives in pieces."""

from services.caseload.usecases.uploads.begin import begin_upload, most_bytes
from services.caseload.usecases.uploads.complete import complete
from services.caseload.usecases.uploads.end import remove_pieces, terminate_upload
from services.caseload.usecases.uploads.receive import Arrived, Checksum, Line, expect_bytes, receive
from services.caseload.usecases.uploads.sweep import sweep_uploads
from services.caseload.usecases.uploads.take import read_upload, take_bytes

__all__ = [
    "Arrived",
    "Checksum",
    "Line",
    "begin_upload",
    "complete",
    "expect_bytes",
    "most_bytes",
    "read_upload",
    "receive",
    "remove_pieces",
    "sweep_uploads",
    "take_bytes",
    "terminate_upload",
]
