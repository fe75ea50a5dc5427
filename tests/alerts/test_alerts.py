"""Each alert fires when it should and not before, and a change of any of its figures is noticed."""

import subprocess

import pytest

from tests.alerts.cases import CASES
from tests.alerts.mutants import mutants
from tests.alerts.promtool import RULES, alerts, failures, promtool

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(autouse=True)
def tool() -> str:
    found = promtool()
    if found is None:
        pytest.skip("no promtool here, and none to be had from Debian: no alert was tried")
    return found


def test_prometheus_takes_the_rules(tool: str) -> None:
    ran = subprocess.run([tool, "check", "rules", *map(str, sorted(RULES.glob("*.yaml")))], check=False)
    assert ran.returncode == 0
    assert CASES.keys() == alerts().keys()


@pytest.mark.parametrize("name", CASES)
def test_an_alert_fires_when_it_should_and_every_change_of_it_is_noticed(name: str) -> None:
    alert = alerts()[name]
    assert failures(alert, CASES[name]) == ""
    assert [what for what, changed in mutants(alert) if not failures(changed, CASES[name])] == []
