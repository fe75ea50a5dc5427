"""The house rules hold for the whole tree, and each of them has been seen to fail."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import rules

RULES: list[Callable[[Path], list[str]]] = [
    rules.foreign_imports,
    rules.upward_imports,
    rules.hidden_imports,
    rules.impure_domains,
    rules.import_cycles,
    rules.long_files,
    rules.long_functions,
    rules.commits,
    rules.session_settings,
    rules.unwelcome_names,
    rules.demo_branches,
    rules.undocumented,
    rules.real_nhs_numbers,
]

DOC = '"""A module."""\n'
LONG_FUNCTION = DOC + "def f():\n" + "    x = 1\n" * 41
SET_CONFIG = "x = \"select set_config('app.actor', coalesce(a, ''), {})\"\n"
# A number with a right check digit that could be somebody's; joined here so that this file holds none.
SOMEBODY = "943476" + "5919"

FAULTS: list[tuple[Callable[[Path], list[str]], str, str]] = [
    (rules.foreign_imports, "services/hr/store.py", DOC + "from services.roster.domain import Visit\n"),
    (rules.foreign_imports, "services/common/db.py", DOC + "import services.hr.domain\n"),
    (rules.foreign_imports, "gateway/proxy.py", DOC + "from services.hr import usecases\n"),
    (rules.foreign_imports, "services/hr/api.py", DOC + "from demo.compose import create_app\n"),
    (rules.upward_imports, "services/hr/domain.py", DOC + "from services.hr.usecases import hire\n"),
    (rules.upward_imports, "services/hr/store/people.py", DOC + "from services.hr.api import router\n"),
    (rules.upward_imports, "services/hr/fhir/search.py", DOC + "from services.hr.usecases import hire\n"),
    (rules.upward_imports, "services/hr/domain/dbs.py", DOC + "from services.hr.partners import dbs\n"),
    (rules.upward_imports, "services/hr/solver/team.py", DOC + "from services.hr.usecases import hire\n"),
    (rules.upward_imports, "services/hr/usecases.py", DOC + "from services.hr.worker import work\n"),
    (rules.hidden_imports, "services/hr/store.py", DOC + "import importlib\n"),
    (rules.impure_domains, "services/hr/domain.py", DOC + "import httpx\n"),
    (rules.impure_domains, "services/hr/domain.py", DOC + "import socket\n"),
    (rules.impure_domains, "services/hr/domain.py", DOC + "x = open('file')\n"),
    (rules.impure_domains, "services/hr/domain.py", DOC + "from datetime import datetime\nx = datetime.today()\n"),
    (rules.impure_domains, "services/hr/domain/dbs.py", DOC + "from datetime import date\ndate.today()\n"),
    (rules.long_files, "services/hr/domain.py", DOC + "x = 1\n" * 300),
    (rules.long_functions, "services/hr/usecases.py", LONG_FUNCTION),
    (rules.commits, "services/hr/usecases.py", DOC + "async def f(session):\n    await session.commit()\n"),
    (rules.session_settings, "services/hr/store.py", DOC + SET_CONFIG.format("false")),
    (rules.session_settings, "services/hr/store.py", DOC + "x = func.set_config('app.teams', str(f(1)), False)\n"),
    (rules.session_settings, "services/hr/store.py", DOC + "x = 'SET SESSION app.teams = 1'\n"),
    (rules.session_settings, "services/hr/store.py", DOC + "x = \"set app.every_team = 'on'\"\n"),
    (rules.unwelcome_names, "services/hr/utils.py", DOC),
    (
        rules.demo_branches,
        "services/hr/usecases.py",
        DOC + "def f(settings):\n    if settings.demo:\n        return 1\n",
    ),
    (rules.undocumented, "services/hr/store.py", "x = 1\n"),
    (rules.undocumented, "services/hr/usecases.py", DOC + "async def hire(tx, new, when):\n    return tx\n"),
    (rules.real_nhs_numbers, "docs/example.md", f"Call {SOMEBODY} please"),
    (rules.real_nhs_numbers, "tests/test_x.py", DOC + f"NUMBER = '{SOMEBODY[:3]} {SOMEBODY[3:6]} {SOMEBODY[6:]}'\n"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_holds(rule: Callable[[Path], list[str]]) -> None:
    assert rule(rules.ROOT) == []


@pytest.mark.parametrize(("rule", "file", "text"), FAULTS, ids=lambda value: getattr(value, "__name__", None))
def test_a_planted_fault_is_found(rule: Callable[[Path], list[str]], file: str, text: str, tmp_path: Path) -> None:
    for name in ("hr", "roster"):
        main = tmp_path / "services" / name / "main.py"
        main.parent.mkdir(parents=True)
        main.write_text(DOC)
    (tmp_path / "tests").mkdir()
    planted = tmp_path / file
    planted.parent.mkdir(parents=True, exist_ok=True)
    assert rule(tmp_path) == []
    planted.write_text(text)
    assert rule(tmp_path) != []


def test_a_planted_cycle_is_found(tmp_path: Path) -> None:
    package = tmp_path / "services" / "hr"
    package.mkdir(parents=True)
    (package / "a.py").write_text(DOC + "from services.hr import b\n")
    (package / "b.py").write_text(DOC + "import services.hr.c\n")
    (package / "c.py").write_text(DOC + "from services.hr.a import f\n")
    assert rules.import_cycles(tmp_path) == ["services.hr.a > services.hr.b > services.hr.c > services.hr.a"]


def test_a_setting_for_one_transaction_is_no_fault(tmp_path: Path) -> None:
    store = tmp_path / "services" / "hr" / "store.py"
    store.parent.mkdir(parents=True)
    store.write_text(DOC + SET_CONFIG.format("true") + "y = \"set local app.every_team = 'on'\"\n")
    assert rules.session_settings(tmp_path) == []
