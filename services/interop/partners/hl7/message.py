"""An ADT message, read from its bytes: who it is about, which stay, and what happened (HL7 v2.3 to v2.8, chapter 3)."""

import logging
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import hl7
from nhs_number.validate import is_valid

from services.interop.domain.adt import Ack

# The library logs what it cannot unescape, and with it what a message says of a person.
for _talks in (hl7.containers, hl7.util):
    logging.getLogger(_talks.__file__).disabled = True

LOCAL = ZoneInfo("Europe/London")
# HL7 table 0211, as far as engines here send it; without a word of it a message is ASCII, and UTF-8 holds that.
ENCODINGS = {
    "": "utf-8",
    "ASCII": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "8859/1": "iso-8859-1",
    "8859/15": "iso-8859-15",
}
DTM = re.compile(r"(\d{8})(\d{2})?(\d{2})?(\d{2})?(?:\.\d{1,4})?([+-]\d{4})?", re.ASCII)
EVENTS = {"A01", "A02", "A03", "A08", "A11", "A13"}
PRODUCTION = "P"
INPATIENT = "I"
UNREADABLE = "The segments cannot be read. Send HL7 v2 with segments ended by CR."
LONGEST = 200
# The library makes an object of every field, however empty. Nothing else is read, and whole ones have some hundred.
READ, MOST_SEPARATORS = ("MSH", "EVN", "PID", "PV1"), 2_000
TOO_MANY = f"{', '.join(READ)}: they hold more than {MOST_SEPARATORS} separators. Send each as HL7 describes it."
# Of PID-3: the number's type, or who gave it out.
NHS_TYPES, NHS_AUTHORITIES = {"NH", "NHS"}, {"NHS", "NHSNBR", "2.16.840.1.113883.2.1.4.1"}


class NotTaken(Exception):
    """What is wrong, in words that name the field and the way out, and nothing of the person."""

    def __init__(self, ack: Ack, code: str, text: str) -> None:
        super().__init__(text)
        self.ack, self.code, self.text = ack, code, text


@dataclass(frozen=True)
class Header:
    """Who sends, what kind of message, and how it is answered."""

    sender: str
    control_id: str
    kind: str
    event: str
    version: str
    parsed: hl7.Message = field(repr=False)


@dataclass(frozen=True)
class Adt:
    """What a message tells of one stay. Without an NHS number nobody is found, and that is no fault of the sender's."""

    event: str
    visit: str
    is_inpatient: bool
    nhs_number: str | None
    birth_on: date | None
    occurred_at: datetime
    admitted_at: datetime | None
    discharged_at: datetime | None
    ward: str | None


def decoded(raw: bytes) -> str:
    """The text, in the character set that MSH-18 names. Raises `NotTaken`."""
    head = raw.split(b"\r", 1)[0].split(b"\n", 1)[0]
    if not head.startswith(b"MSH") or len(head) < len("MSH|^~\\&|"):
        raise NotTaken(Ack.REJECT, "100", "The message does not begin with an MSH segment. Send HL7 v2.")
    fields = head.split(head[3:4])
    named = fields[17].split(b"~")[0].decode("ascii", "replace").strip() if len(fields) > 17 else ""
    encoding = ENCODINGS.get(named.upper())
    if encoding is None:
        raise NotTaken(Ack.REJECT, "102", "MSH-18 names a character set that is not read here: send UNICODE UTF-8.")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotTaken(
            Ack.ERROR, "102", "The bytes are not in the character set that MSH-18 names: name the one that is sent."
        ) from error
    if "\x00" in text:
        raise NotTaken(Ack.ERROR, "102", "The message holds a NUL character. Leave it out.")
    return "\r".join(line for line in re.split(r"\r\n|\r|\n", text) if line.strip())


def header(raw: bytes) -> Header:
    """Raises `NotTaken` where there is nothing to answer by."""
    try:
        parsed = hl7.parse(_read_of(decoded(raw)))
    except (hl7.ParseException, IndexError, KeyError, ValueError) as error:
        raise NotTaken(Ack.REJECT, "100", UNREADABLE) from error
    sender = "|".join((_first(parsed, "MSH", 3), _first(parsed, "MSH", 4)))[:LONGEST]
    control_id = _first(parsed, "MSH", 10)[:LONGEST]
    return Header(
        sender, control_id, _first(parsed, "MSH", 9), _first(parsed, "MSH", 9, 2), _first(parsed, "MSH", 12), parsed
    )


def _read_of(text: str) -> str:
    """The first of each segment that is read. Raises `NotTaken` where they hold more than anybody needs."""
    separator = text[3]
    first: dict[str, str] = {}
    for line in text.split("\r"):
        name = line.split(separator, 1)[0]
        if name in READ:
            first.setdefault(name, line)
    kept = "\r".join(first.values())
    if sum(map(kept.count, set(kept[3 : kept.find(separator, 4)]))) > MOST_SEPARATORS:
        raise NotTaken(Ack.REJECT, "207", TOO_MANY)
    return kept


def require_ours(head: Header) -> None:
    """Raises `NotTaken` for what is not an ADT message of the live system that is taken here."""
    if not head.control_id:
        raise NotTaken(Ack.ERROR, "101", "MSH-10 is missing: give each message a control id of its own.")
    if head.kind != "ADT":
        raise NotTaken(Ack.REJECT, "200", "MSH-9: only ADT messages are taken here.")
    if head.event not in EVENTS:
        raise NotTaken(
            Ack.REJECT, "201", f"MSH-9: the events {', '.join(sorted(EVENTS))} are taken here. Filter others out."
        )
    if _first(head.parsed, "MSH", 11) != PRODUCTION:
        raise NotTaken(Ack.REJECT, "202", "MSH-11: only messages in production (P) are taken here.")
    if not head.version.startswith("2."):
        raise NotTaken(Ack.REJECT, "203", "MSH-12: HL7 v2.3 to v2.8 is taken here.")


def read(head: Header) -> Adt:
    """Raises `NotTaken` where a part that is needed is missing or cannot be read."""
    message = head.parsed
    for segment in ("EVN", "PID", "PV1"):
        if not _has(message, segment):
            raise NotTaken(
                Ack.ERROR, "100", f"{segment} is missing: the message is cut short, or is no whole ADT message."
            )
    visit = _first(message, "PV1", 19)
    if not visit:
        raise NotTaken(Ack.ERROR, "101", "PV1-19 is missing: the visit number names the stay in later messages.")
    occurred = _instant(message, "EVN", 6) or _instant(message, "EVN", 2) or _instant(message, "MSH", 7)
    if occurred is None:
        raise NotTaken(Ack.ERROR, "101", "EVN-2 is missing: say when it was recorded.")
    return Adt(
        event=head.event,
        visit=visit[:LONGEST],
        is_inpatient=_first(message, "PV1", 2) == INPATIENT,
        nhs_number=_nhs_number(message),
        birth_on=_day(message, "PID", 7),
        occurred_at=occurred,
        admitted_at=_instant(message, "PV1", 44),
        discharged_at=_instant(message, "PV1", 45),
        ward=_first(message, "PV1", 3)[:LONGEST] or None,
    )


def _nhs_number(message: hl7.Message) -> str | None:
    """Of the identifiers in PID-3, the one that is said to be an NHS number. Raises `NotTaken` for a wrong one."""
    segment = message.segment("PID")
    repeats = len(segment(3)) if len(segment) > 3 else 0
    for repeat in range(1, repeats + 1):
        value, authority, kind = (_at(message, "PID", 3, part, repeat) for part in (1, 4, 5))
        if kind.upper() in NHS_TYPES or authority.upper() in NHS_AUTHORITIES:
            number = value.replace(" ", "").replace("-", "")
            if not number:
                continue
            if not (number.isascii() and number.isdigit() and len(number) == 10 and is_valid(number)):
                raise NotTaken(Ack.ERROR, "102", "PID-3: the NHS number is not a valid one. Correct it and send again.")
            return number
    return None


def _has(message: hl7.Message, segment: str) -> bool:
    return any(str(one(0)) == segment for one in message)


def _first(message: hl7.Message, segment: str, field: int, component: int = 1) -> str:
    return _at(message, segment, field, component, 1)


def _at(message: hl7.Message, segment: str, field: int, component: int, repeat: int) -> str:
    """A part of a field; nothing where it is not there."""
    try:
        found = message.extract_field(segment, 1, field, repeat, component)
    except (IndexError, KeyError):
        return ""
    return str(found or "").strip()


def _instant(message: hl7.Message, segment: str, field: int) -> datetime | None:
    """A time in HL7's own writing, in England's time where no other is named. Raises `NotTaken`."""
    text = _first(message, segment, field)
    # Two double quotes say that there is nothing (HL7 2.5.3).
    if text in {"", '""'}:
        return None
    found = DTM.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        day, hour, minute, second, zone = found.groups()
        at = datetime.strptime(f"{day}{hour or '00'}{minute or '00'}{second or '00'}", "%Y%m%d%H%M%S")  # noqa: DTZ007
        if zone is None:
            return at.replace(tzinfo=LOCAL)
        return datetime.strptime(f"{at:%Y%m%d%H%M%S}{zone}", "%Y%m%d%H%M%S%z")
    except (ValueError, OverflowError) as error:
        raise NotTaken(
            Ack.ERROR, "102", f"{segment}-{field} is no time as HL7 writes it, such as 202611271405."
        ) from error


def _day(message: hl7.Message, segment: str, field: int) -> date | None:
    """A whole day, or none: of half a date of birth nothing is concluded."""
    try:
        return datetime.strptime(_first(message, segment, field)[:8], "%Y%m%d").date()  # noqa: DTZ007
    except ValueError:
        return None


def not_later(at: datetime, now: datetime, tolerance: timedelta) -> datetime:
    """Clocks differ: a time that lies a little ahead is now."""
    return now if now < at <= now + tolerance else at
