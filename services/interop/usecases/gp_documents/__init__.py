"""Documents to the GP: written from what was recorded, sent over MESH, answered, and mended if they do not arrive."""

from services.interop.usecases.gp_documents.exchange import exchange_gp_documents
from services.interop.usecases.gp_documents.mend import (
    list_gp_documents,
    list_mesh_messages,
    read_gp_document,
    read_gp_letter,
    read_mesh_message,
    send_gp_document,
    settle_mesh_message,
)
from services.interop.usecases.gp_documents.write import stop_writing_to_gp, write_to_gp

__all__ = [
    "exchange_gp_documents",
    "list_gp_documents",
    "list_mesh_messages",
    "read_gp_document",
    "read_gp_letter",
    "read_mesh_message",
    "send_gp_document",
    "settle_mesh_message",
    "stop_writing_to_gp",
    "write_to_gp",
]
