"""One-time link: whoever has no login opens one thing with a link and a code that reached them by separate ways."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from pydantic import Field as Shape
from sqlmodel import Field, SQLModel

from services.common.errors import Forbidden, ServiceError
from services.common.models import INSTANT
from services.common.types import Input, Name

# What the audit trail calls whoever came by a link, before its id.
BY_LINK = "link: "
SECRET_BYTES, CODE_DIGITS = 32, 8
Secret = Annotated[str, Shape(pattern=r"^[A-Za-z0-9_-]{43}$")]
LinkCode = Annotated[str, Shape(pattern=r"^[0-9]{8}$")]


class Opening(Input):
    """The code, and who opens the link, as they name themselves."""

    code: LinkCode
    name: Name
    role: Name


class Pass(Input):
    """What opening the link gave, for as long as the link lasts."""

    pass_key: Secret


class LinkUnknown(ServiceError):
    """Nobody finds a link by trying."""

    status = 404
    field = "/path/link"
    way_out = "Compare the link with the one that you were sent, letter by letter, or ask the team for a new one."

    def __init__(self, field: str = field) -> None:
        super().__init__("There is no such link.", field=field)


class LinkEnded(ServiceError):
    """A link lasts as long as what it is for."""

    status = 410
    field = "/path/link"
    way_out = "Ring the team, who can send you a new link if it is still needed."

    def __init__(self, detail: str = "The time of this link is over.", field: str = field) -> None:
        super().__init__(detail, field=field)


class LinkUsed(LinkEnded):
    """Who opens a link twice may be somebody else the second time."""

    way_out = "Go on with the pass that you were given; without it, ask the team for a new link."

    def __init__(self) -> None:
        super().__init__("This link was opened already.")


class LinkSpent(LinkEnded):
    """A code of eight digits is no secret for whoever may try all of them."""

    way_out = "Ask the team for a new link and a new code."

    def __init__(self) -> None:
        super().__init__("A wrong code was sent too often.")


class WrongCode(Forbidden):
    """Answered and not raised further, so that the attempt counts."""

    field = "/body/code"
    way_out = "Compare the code with the one that you were told; few attempts are left."

    def __init__(self) -> None:
        super().__init__("This code does not open the link.")


class WrongPass(Forbidden):
    field = "/body/pass_key"
    way_out = "Send the pass that you were given when you opened the link, or ask the team for a new link."

    def __init__(self) -> None:
        super().__init__("This pass does not belong to the link.")


@dataclass(frozen=True)
class HandedOut:
    """What opens a link. It is told once and kept nowhere."""

    link: str = field(repr=False)
    code: str = field(repr=False)


def fingerprint(*parts: str) -> str:
    """What is kept of a secret, so that nobody who reads the table can use it."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def new_link() -> str:
    """256 random bits, as they are handed out."""
    return secrets.token_urlsafe(SECRET_BYTES)


class Linked(SQLModel):
    """What a link leads to. The link itself is not kept."""

    link_print: str | None = Field(default=None, unique=True)


class OneTimeLink(Linked):
    """The stored form of a link. A code is kept with the link's own secret in it, so that its few digits are of no use
    to whoever reads the table."""

    code_print: str | None = None
    pass_print: str | None = None
    wrong_codes: int = 0
    opened_at: datetime | None = Field(default=None, sa_type=INSTANT)
    opened_by: str | None = None
    opened_as: str | None = None

    def hand_out(self) -> HandedOut:
        """A new link with a new code; what was handed out before opens nothing more."""
        made = HandedOut(new_link(), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}")
        self.link_print, self.code_print = fingerprint(made.link), fingerprint(made.link, made.code)
        self.pass_print, self.wrong_codes = None, 0
        self.opened_at = self.opened_by = self.opened_as = None
        return made

    def unlock(self, link: str, opening: Opening, most_wrong: int, now: datetime) -> str:
        """Open it, once, and give the pass to go on with.

        Raises `LinkUsed`, `LinkSpent` or `WrongCode`, which counts.
        """
        if self.opened_at is not None:
            raise LinkUsed
        if self.wrong_codes >= most_wrong:
            raise LinkSpent
        if not _same(self.code_print, fingerprint(link, opening.code)):
            self.wrong_codes += 1
            raise WrongCode
        given = secrets.token_urlsafe(SECRET_BYTES)
        self.pass_print = fingerprint(given)
        self.opened_at, self.opened_by, self.opened_as = now, opening.name, opening.role
        return given

    def require_pass(self, given: str) -> None:
        """Raises `WrongPass`."""
        if not _same(self.pass_print, fingerprint(given)):
            raise WrongPass


def _same(kept: str | None, shown: str) -> bool:
    return kept is not None and hmac.compare_digest(kept, shown)
