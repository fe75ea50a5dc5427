"""What the record says of the client's surgery."""

from datetime import date, datetime
from uuid import UUID

from services.common.types import Answer


class SurgeryNoteShape(Answer):
    """What the team and the client's surgery wrote to each other; `side` says which."""

    id: UUID
    ods_code: str
    side: str
    words: str
    written_by: str
    author_role: str
    written_at: datetime
    amends_id: UUID | None
    seen_at: datetime | None


class SharedWithSurgeryShape(Answer):
    """That the client's surgery may be told of their care, on what ground and since when."""

    id: UUID
    episode_of_care_id: UUID
    ods_code: str
    basis: str
    told_on: date
    stopped_at: datetime | None
