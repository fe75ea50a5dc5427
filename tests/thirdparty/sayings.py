"""What each third party said of the service, a line each, told when the tests are over."""

from collections.abc import Iterator, Sequence

import pytest

SAID = "third party"


def sayings(reports: Sequence[pytest.TestReport]) -> Iterator[str]:
    return (str(value) for one in reports for name, value in one.user_properties if name == SAID)
