"""Where no engine can be had, nothing is installed or started, and it is said why."""

import os
import sys
from pathlib import Path

import pytest

from tests.containers.engine import NoEngine, running_engine

pytestmark = pytest.mark.containers


@pytest.mark.parametrize(
    ("platform", "user", "told"),
    [("darwin", 0, "start one"), ("linux", 1000, "only root"), ("linux", 0, "no apt-get")],
    ids=["a Mac", "nobody of rights", "no Debian"],
)
def test_a_machine_that_cannot_have_an_engine_is_told_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, user: int, told: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    with pytest.raises(NoEngine, match=told), running_engine():
        pass
