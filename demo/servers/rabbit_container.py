"""RabbitMQ in a container, for a machine that has an engine and no RabbitMQ."""

import shutil
import subprocess
from pathlib import Path

IMAGE = "rabbitmq:4"
INSIDE = "/etc/rabbitmq"


def engine() -> str | None:
    """A container engine that answers."""
    for name in ("docker", "podman"):
        path = shutil.which(name)
        if path and subprocess.run([path, "info"], capture_output=True, check=False).returncode == 0:
            return path
    return None


def start(port: int, folder: Path, definitions: Path | None) -> str:
    """Run a new broker, and give its container's id. Raises `RuntimeError`."""
    options = ["--publish", f"127.0.0.1:{port}:5672"]
    if definitions is not None:
        config = folder / "rabbitmq.conf"
        config.write_text(f"load_definitions = {INSIDE}/definitions.json\n")
        options += ["--volume", f"{config}:{INSIDE}/conf.d/20-definitions.conf:ro"]
        options += ["--volume", f"{definitions}:{INSIDE}/definitions.json:ro"]
    return _ask("run", "--detach", *options, IMAGE)


def start_again(container: str) -> None:
    """Raises `RuntimeError`, as when its port has been taken, which a container cannot change."""
    _ask("start", container)


def exists(container: str) -> bool:
    return _state(container) in {"true", "false"}


def runs(container: str) -> bool:
    return _state(container) == "true"


def kill(container: str) -> None:
    """Raises `RuntimeError`."""
    _ask("kill", container)


def remove(container: str) -> None:
    """Take it away with its data, whether it runs or not."""
    command = engine()
    if command is not None:
        subprocess.run([command, "rm", "--force", "--volumes", container], capture_output=True, check=False)


def _state(container: str) -> str:
    """Whether it runs, in the engine's words; nothing when there is no such container, or no engine."""
    command = engine() if container else None
    if command is None:
        return ""
    asked = [command, "inspect", "--format", "{{.State.Running}}", container]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def _ask(*arguments: str) -> str:
    done = subprocess.run([str(engine()), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the container engine could not {arguments[0]} RabbitMQ: {done.stderr[-500:]}")
    return done.stdout.strip()
