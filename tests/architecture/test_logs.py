"""Nothing that somebody wrote gets into a log: the rule holds for the whole tree, and each part was seen to fail."""

from pathlib import Path

import pytest

from tests.architecture.logs import loose_logs
from tests.architecture.rules import ROOT

MODULE = """import logging

log = logging.getLogger(__name__)


def f(client, error, **more):
    try:
        g()
    except {kind} as error:
        {line}
"""


def planted(folder: Path, line: str, kind: str = "Untrusted") -> list[str]:
    """What is found where a service logs with this line."""
    path = folder / "services" / "hr" / "usecases.py"
    path.parent.mkdir(parents=True)
    path.write_text(MODULE.format(kind=kind, line=line))
    return loose_logs(folder)


def test_no_log_line_could_carry_what_somebody_wrote() -> None:
    assert loose_logs(ROOT) == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("log.info(f'{client.family_name} came')", "has no constant message"),
        ("log.info('%s came', client.family_name)", "has no constant message"),
        ("log.info('%s came' % client.family_name)", "has no constant message"),
        ("log.exception(error)", "has no constant message"),
        ("log.log(logging.INFO, 'came')", "has no constant message"),
        ("logging.info(client)", "has no constant message"),
        ("logging.getLogger('x').warning(client)", "has no constant message"),
        ("log.info('came', extra={'nhs_number': client.id})", "has the field nhs_number"),
        ("log.info('came', extra={'note': 1})", "has the field note"),
        ("log.info('came', extra={**more})", "has the field None"),
        ("log.info('came', extra=more)", "has fields that are not written out"),
        ("log.info('came', extra=dict(code=1))", "has fields that are not written out"),
        ("told = {'name': 1}; log.info('came', extra=told)", "has the field name"),
        ("told = {'code': 1}; told['name'] = 2; log.info('came', extra=told)", "has fields that are not written out"),
        ("log.info('came', extra={'code': client.family_name})", "puts free text into code"),
        ("log.info('came', extra={'code': f'{client}'})", "puts free text into code"),
        ("log.info('came', extra={'code': 'a' + client})", "puts free text into code"),
        ("log.info('came', extra={'code': '{}'.format(client)})", "puts free text into code"),
        ("log.info('came', extra={'error': str(error)})", "puts free text into error"),
        ("log.info('came', extra={'error': repr(error)})", "puts free text into error"),
        ("log.info('came', extra={'error': error.args})", "puts free text into error"),
        ("log.info('came', stack_info=True)", "is given stack_info"),
    ],
)
def test_a_line_that_could_is_found(tmp_path: Path, line: str, fault: str) -> None:
    (found,) = planted(tmp_path, line)
    assert found.partition(" ")[2] == fault


@pytest.mark.parametrize(
    "line",
    [
        "log.info('came')",
        "log.error('failed', exc_info=error)",
        "log.info('came', extra={'event_id': str(client.id), 'error': type(error).__name__, 'ms': round(1 * 2.0)})",
        "told = {'code': 1}; log.info('came', extra=told)",
        "log.info('came', extra={'reason': str(error)})",
    ],
)
def test_ids_codes_and_figures_are_no_fault(tmp_path: Path, line: str) -> None:
    assert planted(tmp_path, line) == []


def test_an_exception_that_holds_what_was_sent_is_no_reason(tmp_path: Path) -> None:
    assert planted(tmp_path, "log.info('came', extra={'reason': str(error)})", kind="ValueError") != []
