"""The house rules as functions over a source tree, so that each can be seen to fail on a planted fault."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from nhs_number.validate import is_valid

ROOT = Path(__file__).parents[2]
PACKAGES = ("services", "gateway", "demo", "devissuer")
LAYERS = (
    ("main",),
    ("api", "consumers", "worker"),
    ("usecases",),
    ("store", "clients", "partners", "solver"),
    ("returns",),
    ("fhir", "rates"),
    ("domain", "events"),
)
DEPTH = {name: depth for depth, layer in enumerate(LAYERS) for name in layer}
# What a domain may not touch: the network, files, the database's driver and the clock.
NO_IO = ("fastapi", "httpx", "aiohttp", "aio_pika", "asyncpg", "requests", "socket", "subprocess", "pathlib", "os")
NO_IO += ("services.common.db", "services.common.broker", "services.common.peers")
CLOCK = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.(time|monotonic)|open)\(")
# `set_config(…, false)`, `set session …` and `set app.… = …`; only with true, or `set local`, a setting ends by itself.
FOR_A_SESSION = re.compile(r"\bset_config\b[^;]{0,200},\s*false\s*\)|\bset\s+session\b|\bset\s+app\.", re.IGNORECASE)
MAX_FILE, MAX_FUNCTION = 300, 40
NHS_NUMBER = re.compile(r"(?<![\d.-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\d.-])")
TEST_RANGE = re.compile(r"^999000\d{4}$|^999\d{7}$")


def services(root: Path) -> list[str]:
    return sorted(path.parent.name for path in (root / "services").glob("*/main.py"))


def sources(root: Path, *packages: str) -> Iterator[Path]:
    for package in packages or PACKAGES:
        yield from sorted((root / package).rglob("*.py"))


@cache
def _text(path: Path) -> str:
    """Read once for all rules: a file that a test plants is in a folder of its own, and is there before it is asked."""
    return path.read_text("utf-8", errors="ignore")


def _tree(path: Path) -> ast.Module:
    return ast.parse(_text(path))


@cache
def imports(path: Path) -> frozenset[str]:
    """Everything a file imports, by full dotted name. Relative imports are refused by the linter."""
    found: set[str] = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def hidden_imports(root: Path) -> list[str]:
    """Inside a service an import is a statement that the other rules can see."""
    return [
        str(path.relative_to(root))
        for service in services(root)
        for path in sources(root, f"services/{service}")
        if re.search(r"\bimport_module\b|^import importlib$|\b__import__\b", _text(path), re.MULTILINE)
    ]


def _ours(name: str) -> bool:
    return name.split(".")[0] in {*PACKAGES, "tests"}


def _within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def foreign_imports(root: Path) -> list[str]:
    """A service may import itself and common; common and devissuer little; the gateway common; only demo all."""
    allowed = {
        "services/common": ("services.common",),
        "gateway": ("gateway", "services.common"),
        "devissuer": ("devissuer",),
        **{f"services/{name}": (f"services.{name}", "services.common") for name in services(root)},
    }
    return [
        f"{path.relative_to(root)} imports {name}"
        for package, permitted in allowed.items()
        for path in sources(root, package)
        for name in sorted(imports(path))
        if _ours(name) and not _within(name, *permitted)
    ]


def upward_imports(root: Path) -> list[str]:
    """Inside a service imports point down: main > api | consumers > usecases > store | clients > domain | events.

    `partners`, `returns` and `fhir`, which interop alone has, and finance's `rates` stand between the use cases and
    the domain.
    So does roster's `solver`, which computes and asks no database; `worker` takes jobs as `api` takes requests.
    """
    found = []
    for service in services(root):
        for path in sources(root, f"services/{service}"):
            own = _room(path, root / "services" / service)
            for name in sorted(imports(path)):
                parts = name.split(".")
                target = parts[2] if _within(name, f"services.{service}") and len(parts) > 2 else None
                if own in DEPTH and target in DEPTH and own != target and DEPTH[own] >= DEPTH[target]:
                    found.append(f"{path.relative_to(root)} imports {name}")
    return found


def _room(path: Path, service: Path) -> str:
    return path.relative_to(service).parts[0].removesuffix(".py")


def impure_domains(root: Path) -> list[str]:
    """A domain holds rules: no input or output, and time is an argument."""
    found = []
    for service in services(root):
        for path in sources(root, f"services/{service}"):
            if _room(path, root / "services" / service) != "domain":
                continue
            found += [f"{path.relative_to(root)} imports {n}" for n in sorted(imports(path)) if _within(n, *NO_IO)]
            if CLOCK.search(_text(path)):
                found.append(f"{path.relative_to(root)} reads the clock")
    return found


def import_cycles(root: Path) -> list[str]:
    """Modules that import each other, directly or through others."""
    names = {".".join(p.relative_to(root).with_suffix("").parts): p for p in sources(root)}
    graph = {name: {_module(n, names) for n in imports(path)} - {name, None} for name, path in names.items()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> list[str]:
        if name in trail:
            return [" > ".join((*trail[trail.index(name) :], name))]
        if name in done:
            return []
        found = [cycle for target in sorted(filter(None, graph[name])) for cycle in visit(target, (*trail, name))]
        done.add(name)
        return found

    return [cycle for name in sorted(graph) for cycle in visit(name, ())]


def _module(imported: str, names: dict[str, Path]) -> str | None:
    return next((n for n in (imported, imported.rpartition(".")[0]) if n in names), None)


def long_files(root: Path) -> list[str]:
    paths = [*sources(root), *(root / "tests").rglob("*.py")]
    counted = [(path, len(_text(path).splitlines())) for path in paths if "migrations" not in path.parts]
    return [f"{path.relative_to(root)}: {lines} lines" for path, lines in counted if lines > MAX_FILE]


def long_functions(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}: {node.name} has {lines} lines"
        for path in sources(root)
        if "migrations" not in path.parts
        or path.stem in {"env", "migrate", "row_level_security"}
        or path.stem.startswith("platform_")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > MAX_FUNCTION
    ]


def commits(root: Path) -> list[str]:
    """Nobody commits by hand: returning does."""
    return [str(path.relative_to(root)) for path in sources(root) if ".commit(" in _text(path)]


def session_settings(root: Path) -> list[str]:
    """Who acts is said for one transaction: what outlives it may reach somebody else over the same connection."""
    return [str(path.relative_to(root)) for path in sources(root, "services") if FOR_A_SESSION.search(_text(path))]


def unwelcome_names(root: Path) -> list[str]:
    unwelcome = {"utils", "util", "helpers", "helper", "manager", "misc"}
    return [str(path.relative_to(root)) for path in sources(root) if path.stem in unwelcome]


def demo_branches(root: Path) -> list[str]:
    """Seams are arguments, not modes: no service knows of a demo or a sandbox."""
    mode = re.compile(r"\bif\b.*\b(demo|sandbox)\b", re.IGNORECASE)
    return [
        f"{path.relative_to(root)}:{number}"
        for path in sources(root, "services", "gateway")
        for number, line in enumerate(_text(path).splitlines(), 1)
        if mode.search(line)
    ]


def undocumented(root: Path) -> list[str]:
    """Every module, and every public use case, says in a sentence what it is for."""
    found = [str(p.relative_to(root)) for p in sources(root) if p.read_text() and not _docstring(p)]
    for path in sources(root, "services"):
        if path.stem == "usecases" or path.parent.name == "usecases":
            for node in _tree(path).body:
                if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
                    found += [] if len(node.args.args) <= 2 or ast.get_docstring(node) else [f"{path.name}:{node.name}"]
    return found


def _docstring(path: Path) -> str | None:
    return ast.get_docstring(_tree(path))


def real_nhs_numbers(root: Path) -> list[str]:
    """Ten digits with a right check digit outside the range that is reserved for tests."""
    found = []
    for path in _texts(root):
        for match in NHS_NUMBER.finditer(_text(path)):
            digits = re.sub(r"\D", "", match.group())
            if is_valid(digits) and not TEST_RANGE.match(digits):
                found.append(f"{path.relative_to(root)}: {digits[:3]}…")
    return found


def _texts(folder: Path) -> Iterator[Path]:
    """The project's own files: what is generated, installed or hidden is left out."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in {"__pycache__", ".venv", ".git"} and not path.name.endswith("_cache"):
            yield from () if path.name in {".heatshield", ".hypothesis"} else _texts(path)
        elif path.is_file() and path.name != "uv.lock" and path.suffix not in {".png", ".gz"}:
            yield path
