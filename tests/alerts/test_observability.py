"""What operators look at hangs together: rules and dashboards ask what is told, and every alert has its runbook."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo.compose import services
from services.common.metrics import Metrics
from services.common.scraping import BACKUPS, CONNECTIONS, DATABASE_UP, EVENTS
from tests.alerts.kubernetes import RENDERED, prometheus_rule
from tests.alerts.promtool import ROOT, alerts, rules

OBSERVABILITY = ROOT / "deploy" / "observability"
RUNBOOKS = ROOT / "docs" / "ops" / "runbooks"
HEADINGS = ["Symptom", "What it means for nurses", "First look", "Mend", "When to call"]
# What has to be done at times, and no alert leads to by itself.
PROCEDURES = {"restore", "failover", "key-rotation", "organisation-onboarding", "break-glass"}
# What others tell: who, and where it is described.
OTHERS = {
    "rabbitmq_build_info": "RabbitMQ's plugin rabbitmq_prometheus",
    "rabbitmq_alarms_free_disk_space_watermark": "RabbitMQ's plugin rabbitmq_prometheus",
    "rabbitmq_alarms_memory_used_watermark": "RabbitMQ's plugin rabbitmq_prometheus",
    "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp": "CloudNativePG's plugin Barman Cloud",
    "cnpg_collector_last_available_backup_timestamp": "CloudNativePG with its own way to an object store",
    "certmanager_certificate_expiration_timestamp_seconds": "cert-manager",
    "ALERTS": "Prometheus",
}
WORDS = {"sum", "rate", "by", "and", "or", "on", "count", "max", "min", "absent", "increase", "time", "changes", "topk"}
WORDS |= {"group_left", "histogram_quantile", "max_over_time", "vector", "le", "label_values"}
SELECTED = re.compile(r"(?<![\w:])([a-zA-Z_:][\w:]*)\s*(\{[^}]*\})?")
LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
COUNTERS = re.compile(r"\.counter\(\s*\"(\w+)\",\s*\"[^\"]*\"(?:,\s*\[([^\]]*)\])?")


def exposed() -> dict[str, set[str]]:
    """Every series that a process of ours tells, with its labels."""
    found: dict[str, set[str]] = {}
    metrics = Metrics("test")
    metrics.requests.labels("test", "GET", "/", "200")
    metrics.seconds.labels("test", "GET", "/")
    metrics.queue("q")
    for family in metrics.registry.collect():
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    counted = [DATABASE_UP, CONNECTIONS, *EVENTS.figures, *BACKUPS.figures]
    counted += [figure for service in services().values() for one in service.counted for figure in one.figures]
    found |= {f"heatshield_{figure.name}": {"service", *figure.labels} for figure in counted}
    for path in [*ROOT.glob("services/**/*.py"), *ROOT.glob("gateway/*.py")]:
        for name, labels in COUNTERS.findall(path.read_text("utf-8")):
            found[f"heatshield_{name}_total"] = {"service", *re.findall(r"\w+", labels)}
    return found


def dashboards() -> dict[str, dict[str, Any]]:
    folder = OBSERVABILITY / "grafana" / "dashboards"
    return {path.name: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}


def asked() -> Iterator[tuple[str, str]]:
    """Who asks, and what."""
    yield from ((name, rule["expr"]) for name, rule in rules().items())
    for name, board in dashboards().items():
        yield from ((f"{name}: {panel['title']}", one["expr"]) for panel in board["panels"] for one in panel["targets"])


def unknown(expr: str) -> list[str]:
    """What of this nobody tells, or has no such label."""
    known, found = exposed(), []
    bare = re.sub(r"(by|on|group_left) ?\([^)]*\)", "", re.sub(r"\[[^\]]*\]", "", expr))
    for name, selector in SELECTED.findall(bare):
        if name in WORDS | OTHERS.keys() or re.fullmatch(r"e\d+", name) or (":" in name and name in rules()):
            continue
        labels = set(LABEL.findall(re.sub(r'"[^"]*"', '""', selector)))
        # Prometheus adds these to whatever it fetches.
        if name not in known or not labels <= known[name] | {"instance", "job"}:
            found.append(name + selector)
    return found


def test_rules_and_dashboards_ask_only_what_is_told() -> None:
    assert {who: found for who, expr in asked() if (found := unknown(expr))} == {}
    assert len(list(asked())) > 60


@pytest.mark.parametrize(
    "expr",
    ["heatshield_made_up > 0", 'sum(rate(heatshield_http_requests_total{colour="red"}[5m]))', "heatshield:no:ratio"],
)
def test_what_nobody_tells_is_found(expr: str) -> None:
    assert len(unknown(expr)) == 1


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    books = {
        path.stem: re.findall(r"^## (.*)$", path.read_text("utf-8"), re.MULTILINE) for path in RUNBOOKS.glob("*.md")
    }
    assert {name: headings for name, headings in books.items() if headings != HEADINGS} == {}
    led_to = {Path(alert["annotations"]["runbook_url"]) for alert in alerts().values()}
    assert {ROOT / one for one in led_to} <= set(RUNBOOKS.glob("*.md"))
    assert {one.stem for one in led_to} | PROCEDURES == books.keys()
    unnamed = [n for n, a in alerts().items() if n not in (ROOT / a["annotations"]["runbook_url"]).read_text("utf-8")]
    assert unnamed == [], "a runbook names the alerts that lead to it"


def test_links_of_the_operators_pages_lead_somewhere() -> None:
    pages = [*RUNBOOKS.glob("*.md"), ROOT / "docs" / "ops" / "observability.md"]
    # Written beside these, by those who know it.
    coming = {"backup.md"}
    broken = [
        f"{page.name} → {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if "://" not in target and not (page.parent / target).exists() and Path(target).name not in coming
    ]
    assert broken == []


def test_alerts_say_how_urgent_they_are() -> None:
    assert {
        name: a["labels"] for name, a in alerts().items() if a["labels"].get("severity") not in ("page", "ticket")
    } == {}


def test_dashboards_can_be_loaded_side_by_side() -> None:
    boards = dashboards()
    assert boards.keys() == {"services.json", "events.json", "partners.json", "sync.json"}
    assert len({board["uid"] for board in boards.values()}) == len(boards)
    for board in boards.values():
        assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_every_process_is_scraped_and_every_file_can_be_read() -> None:
    prometheus = yaml.safe_load((OBSERVABILITY / "prometheus.yaml").read_text("utf-8"))
    (own,) = [job for job in prometheus["scrape_configs"] if job["job_name"] == "heatshield"]
    targets = {target.partition(":")[0] for target in own["static_configs"][0]["targets"]}
    assert targets == {*services(), "gateway", "roster-worker", "interop-hl7"}
    collector = yaml.safe_load((OBSERVABILITY / "collector.yaml").read_text("utf-8"))
    pipeline = collector["service"]["pipelines"]["traces"]
    for kind in ("receivers", "processors", "exporters"):
        assert set(pipeline[kind]) <= collector[kind].keys()


def test_kubernetes_is_given_the_same_rules_and_dashboards() -> None:
    assert yaml.safe_load(RENDERED.read_text("utf-8")) == prometheus_rule(), "run `python -m tests.alerts.kubernetes`"
    (made,) = [
        one
        for one in yaml.safe_load((OBSERVABILITY / "kustomization.yaml").read_text("utf-8"))["configMapGenerator"]
        if one["name"] == "heatshield-dashboards"
    ]
    assert {Path(one).name for one in made["files"]} == dashboards().keys()
