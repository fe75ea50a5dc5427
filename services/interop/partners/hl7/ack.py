"""The acknowledgement of a message (HL7 2.9.2, original mode): MSA with the code and words, and ERR where refused."""

from datetime import datetime

from uuid6 import uuid7

from services.interop.domain.adt import Ack
from services.interop.partners.hl7.message import Header

SEPARATOR, ENCODING = "|", "^~\\&"
ESCAPES = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "&": "\\T\\", "\r": " ", "\n": " "}
US, CHARACTERS = "HEATSHIELD", "UNICODE UTF-8"
LONGEST_ID = 20


def acknowledgement(head: Header | None, ack: Ack, text: str, now: datetime, *, code: str = "0") -> bytes:
    """For a message without a header that could be read nobody is named, and no control id."""
    facility, event, version, control_id = _of(head)
    ours = uuid7().hex[-LONGEST_ID:]
    to = [US, "", *facility]
    kind = f"ACK^{event}^ACK" if event else "ACK"
    segments = [
        [
            "MSH",
            ENCODING,
            *to,
            f"{now:%Y%m%d%H%M%S%z}",
            "",
            kind,
            ours,
            "P",
            version,
            "",
            "",
            "",
            "",
            "",
            CHARACTERS,
        ],
        ["MSA", ack, control_id, _escaped(text)],
    ]
    if ack is not Ack.ACCEPT:
        segments.append(["ERR", "", "", code, "E", "", "", "", _escaped(text)])
    return "".join(SEPARATOR.join(fields) + "\r" for fields in segments).encode()


def _of(head: Header | None) -> tuple[list[str], str, str, str]:
    if head is None:
        return ["", ""], "", "2.5.1", ""
    application, _, facility = head.sender.partition("|")
    version = str(head.parsed.segment("MSH")(12)) if len(head.parsed.segment("MSH")) > 12 else ""
    return (
        [_escaped(application), _escaped(facility)],
        _escaped(head.event),
        _escaped(version),
        _escaped(head.control_id),
    )


def _escaped(text: str) -> str:
    return "".join(ESCAPES.get(letter, letter) for letter in text)
