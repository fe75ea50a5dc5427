"""What one message may cost the line by which hospitals tell of stays."""

import pytest

from services.interop.partners.hl7.message import READ, TOO_MANY, NotTaken, header, read
from tests.interop.adt import an_adt


def test_of_a_message_only_the_segments_that_are_read_are_taken_apart() -> None:
    """Each separator costs the library an object: a megabyte of them held up every engine for half a minute."""
    sent = an_adt() + "NTE" + "|" * 100_000 + "\r" + "ZZZ\r" * 20_000 + "PID|1||4711\r" * 1_000
    head = header(sent.encode())
    assert [str(segment(0)) for segment in head.parsed] == list(READ)
    assert read(head).nhs_number == "9990000204"


@pytest.mark.parametrize("flood", ["|", "^", "~", "&", "^~\\&"])
def test_separators_that_nobody_needs_are_refused_before_they_are_taken_apart(flood: str) -> None:
    sent = an_adt(PID_5="Tabor" + flood * 20_000)
    with pytest.raises(NotTaken) as refused:
        header(sent.encode())
    assert (refused.value.ack, refused.value.text) == ("AR", TOO_MANY)
