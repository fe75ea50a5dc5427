"""What Debian gives where there is no registry of images: packages, Docker's plugins, and roots for images."""

import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

# Docker's plugins are in no earlier release; they need the C library only, so that they run on it too.
NEWER = "trixie"
PLUGINS = ("docker-compose", "docker-buildx")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
# A mirror may be a snapshot of a day that is long over.
OF_ANY_AGE = 'Acquire::Check-Valid-Until "false"'


class NotDebian(Exception):
    """apt on this machine is not set up with a mirror of Debian."""


def install(*packages: str) -> None:
    """Raises `subprocess.CalledProcessError`."""
    if packages:
        _quietly("apt-get", "update", "-qq")
        _quietly("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages)


def get_plugins(kept: Path) -> Path:
    """The configuration folder of a client that has them, unpacked there and installed nowhere."""
    client, apt = kept / "client", kept / "apt"
    if (client / ".ready").exists():
        return client
    for folder in (client / "cli-plugins", apt / "lists" / "partial", apt / "cache" / "archives" / "partial"):
        folder.mkdir(parents=True, exist_ok=True)
    (apt / "sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror()} {NEWER} main\n")
    own = {
        "Dir::Etc::SourceList": apt / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": apt / "lists",
        "Dir::Cache": apt / "cache",
        # Its usual user cannot write into a folder of root's.
        "APT::Sandbox::User": "root",
    }
    options = [part for name, value in own.items() for part in ("-o", f"{name}={value}")]
    _quietly("apt-get", *options, "update", "-qq")
    _quietly("apt-get", *options, "download", "-qq", *PLUGINS, folder=apt)
    for package in apt.glob("*.deb"):
        _quietly("dpkg", "-x", str(package), str(apt / "root"))
    for plugin in (apt / "root/usr/libexec/docker/cli-plugins").iterdir():
        (client / "cli-plugins" / plugin.name).symlink_to(plugin)
    (client / ".ready").touch()
    return client


def root_of(suite: str, packages: Iterable[str], archive: Path) -> Path:
    """The files of a small Debian with these packages, which trusts whom this machine trusts."""
    if not archive.exists():
        unfinished = archive.with_suffix(".unfinished.tar")
        archive.parent.mkdir(parents=True, exist_ok=True)
        _quietly(
            "mmdebstrap",
            "--variant=minbase",
            f"--aptopt={OF_ANY_AGE}",
            f"--include={','.join(packages)}",
            f"--customize-hook=upload {CERTIFICATES} {CERTIFICATES}",
            # So that the product's Dockerfile may install with pip, as it does on the official image.
            '--customize-hook=rm -f "$1"/usr/lib/python3*/EXTERNALLY-MANAGED',
            suite,
            str(unfinished),
            mirror(),
        )
        unfinished.rename(archive)
    return archive


def mirror() -> str:
    """Where apt on this machine takes Debian from. Raises `NotDebian`."""
    places = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]
    for place in filter(Path.is_file, places):
        found = re.search(
            r"^(?:URIs:|deb(?: \[.*?\])?)\s+(https?://\S+/debian)/?(?:\s|$)", place.read_text(), re.MULTILINE
        )
        if found:
            return found[1]
    raise NotDebian("apt's list of sources names no mirror of Debian")


def _quietly(*command: str, folder: Path | None = None) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
