"""The rule of the logs over a source tree: constant words, and beside them ids, codes and counts alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.rules import sources

LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
IDS = {"by", "connection_id", "delivery_id", "event_id", "job_id", "message_id", "parked_id", "request_id", "series_id"}
IDS |= {
    "export_job_id",
    "gp_document_id",
    "subscription_id",
    "systmone_extract_id",
    "team_id",
    "trace_id",
    "unit_entry_id",
}
# `client` is the gateway's name for a network address, and `system` a partner's registered name.
NAMES_OF_OURS = {"client", "event", "link", "method", "queue", "route", "service", "system"}
CODES = {"code", "error", "reason", "status"}
FIGURES = {"attempts", "hash", "last_seq", "ms", "rows", "seal"}
MAY_BE_LOGGED = IDS | NAMES_OF_OURS | CODES | FIGURES
# Exceptions whose words are codes of ours, never what somebody sent.
CODED = {"InvalidClient", "OAuthRefusal", "Untrusted"}
OF_A_PERSON = {"address", "address_line", "args", "body", "content", "data", "date_of_birth", "detail", "details"}
OF_A_PERSON |= {"family_name", "given_name", "headers", "json", "nhs_number", "note", "phone", "postcode", "raw"}
OF_A_PERSON |= {"text", "url"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def loose_logs(root: Path) -> list[str]:
    """Every log call whose line could carry what somebody wrote, or who somebody is."""
    return [
        f"{path.relative_to(root)}:{call.lineno} {fault}"
        for path in sources(root, "services", "gateway", "devissuer")
        for function, call in _log_calls(ast.parse(path.read_text("utf-8")))
        for fault in _faults(function, call)
    ]


def _log_calls(tree: ast.Module) -> Iterator[tuple[ast.AST, ast.Call]]:
    """Each call of a logger, with the innermost function that it is in."""
    loggers = {"log", "logger", "logging"} | {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and "getLogger" in ast.unparse(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found: dict[ast.Call, ast.AST] = {}
    for scope in ast.walk(tree):
        if isinstance(scope, ast.Module | Function):
            found |= {node: scope for node in ast.walk(scope) if isinstance(node, ast.Call) and _logs(node, loggers)}
    yield from ((scope, call) for call, scope in found.items())


def _logs(call: ast.Call, loggers: set[str]) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in LEVELS:
        return False
    of = call.func.value
    return ast.unparse(of).rpartition(".")[2] in loggers or "getLogger" in ast.unparse(of)


def _faults(function: ast.AST, call: ast.Call) -> Iterator[str]:
    told = call.args[0] if len(call.args) == 1 else None
    if not isinstance(told, ast.Constant) or not isinstance(told.value, str) or "%" in told.value:
        yield "has no constant message"
    for keyword in call.keywords:
        if keyword.arg == "extra":
            yield from _faults_of_fields(function, _dict(function, keyword.value))
        elif keyword.arg != "exc_info":
            yield f"is given {keyword.arg}"


def _dict(function: ast.AST, given: ast.expr) -> ast.Dict | None:
    """The dict itself, or the only one that this function gives that name."""
    if isinstance(given, ast.Name):
        made = [
            node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).startswith(given.id)
        ]
        given = made[0] if len(made) == 1 else given
    return given if isinstance(given, ast.Dict) else None


def _faults_of_fields(function: ast.AST, fields: ast.Dict | None) -> Iterator[str]:
    if fields is None:
        yield "has fields that are not written out"
        return
    coded = set(_coded(function))
    for key, value in zip(fields.keys, fields.values, strict=True):
        name = key.value if isinstance(key, ast.Constant) else None
        if name not in MAY_BE_LOGGED:
            yield f"has the field {name}"
        elif not (name == "reason" and ast.unparse(value) in coded) and _is_free_text(value):
            yield f"puts free text into {name}"


def _coded(function: ast.AST) -> Iterator[str]:
    """`str(error)` for each error here whose words are codes."""
    for node in ast.walk(function):
        if isinstance(node, ast.ExceptHandler) and node.type and node.name and ast.unparse(node.type) in CODED:
            yield f"str({node.name})"
        elif isinstance(node, ast.arg) and node.annotation and ast.unparse(node.annotation) in CODED:
            yield f"str({node.arg})"


def _is_free_text(value: ast.expr) -> bool:
    """Text put together, a thing shown as text that is no id, or what is known to be about a person."""
    return any(_is_made_text(node) or _is_of_a_person(node) for node in ast.walk(value))


def _is_made_text(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        is_id = bool(node.args) and ast.unparse(node.args[0]).endswith("id")
        return name.endswith((".format", ".join")) or (name in {"str", "repr"} and not is_id)
    is_sum = isinstance(node, ast.BinOp)
    return isinstance(node, ast.JoinedStr) or (is_sum and any(_is_text(part) for part in (node.left, node.right)))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_of_a_person(node: ast.AST) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name in OF_A_PERSON
