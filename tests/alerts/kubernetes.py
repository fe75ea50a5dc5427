"""The rules as the Prometheus operator takes them: `python -m tests.alerts.kubernetes` writes them anew."""

from typing import Any

import yaml

from tests.alerts.promtool import ROOT, RULES

RENDERED = ROOT / "deploy" / "k8s" / "components" / "monitoring" / "prometheusrule.yaml"
SAYS = "# Made from deploy/observability/rules by `python -m tests.alerts.kubernetes`; change it there.\n"


class Indented(yaml.SafeDumper):
    """Lists stand in from what holds them, as in every other file there."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def prometheus_rule() -> dict[str, Any]:
    plain = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(RULES.glob("*.yaml"))]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {
            "name": "heatshield",
            "namespace": "heatshield",
            "labels": {"app.kubernetes.io/part-of": "heatshield"},
        },
        "spec": {"groups": [group for file in plain for group in file["groups"]]},
    }


if __name__ == "__main__":
    RENDERED.write_text(SAYS + yaml.dump(prometheus_rule(), Dumper=Indented, sort_keys=False, width=1000), "utf-8")
