"""The NHS's mesh-sandbox on a port. It knows its own mailboxes alone, so that one practice is added to them, at the
address by which the real MESH finds where a patient is registered."""

import sys

import uvicorn
from mesh_sandbox.models.mailbox import Mailbox
from mesh_sandbox.store.canned_store import CannedStore

PORT, PRACTICE = int(sys.argv[1]), sys.argv[2]
known = CannedStore._load_mailboxes


def with_a_practice(store: CannedStore) -> dict[str, Mailbox]:
    found = known(store)
    found[PRACTICE] = Mailbox(mailbox_id=PRACTICE, mailbox_name="Practice", ods_code="A81001", password="password")
    return found


CannedStore._load_mailboxes = with_a_practice
uvicorn.run("mesh_sandbox.api:app", host="127.0.0.1", port=PORT, log_level="warning")
