"""A hospital's own system tells by HL7 v2 who comes, moves and leaves; it ends in the same fact as over FHIR."""

from services.interop.usecases.admissions.answer import answer_adt
from services.interop.usecases.admissions.forget import forget_strangers
from services.interop.usecases.admissions.mend import list_adt_messages, read_adt_message, set_adt_aside, try_adt_again

__all__ = ["answer_adt", "forget_strangers", "list_adt_messages", "read_adt_message", "set_adt_aside", "try_adt_again"]
