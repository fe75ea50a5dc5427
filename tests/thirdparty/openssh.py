"""Debian's own SFTP server: the installed one, or one that is unpacked from its package and installed nowhere."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

from demo.servers.ports import free_port
from tests.thirdparty.environments import PLACES

PACKAGES = ("openssh-server", "openssh-sftp-server", "libwrap0")
SECONDS = 60
CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UsePAM yes
PidFile none
Subsystem sftp internal-sftp
"""


@dataclass(frozen=True)
class OpenSsh:
    """Where it listens, for whom, its public key, what it says of itself, and its folder on this disk."""

    port: int
    user: str
    host_key: str
    version: str
    folder: Path


def _sshd() -> tuple[Path, Path]:
    """The program and the folder of its libraries. Skips where it cannot be had."""
    installed = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
    if installed:
        return Path(installed), Path("/usr/lib")
    place = PLACES / "debian-openssh"
    if not (place / "usr/sbin/sshd").exists():
        if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
            pytest.skip("Debian's SFTP server not tried: there is no sshd here, and no apt-get to fetch it")
        place.mkdir(parents=True, exist_ok=True)
        for package in PACKAGES:
            _made(["apt-get", "download", "--quiet", package], place)
        for package in place.glob("*.deb"):
            _made(["dpkg", "-x", str(package), str(place)], place)
    return place / "usr/sbin/sshd", next(place.glob("usr/lib/*-linux-gnu"), place)


def _made(command: list[str], place: Path) -> None:
    try:
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("Debian's SFTP server not tried: its archive did not answer in time")
    if done.returncode != 0:
        pytest.skip(f"Debian's SFTP server not tried: {done.stderr[-300:]}")


@contextmanager
def openssh(client_key: asyncssh.SSHKey) -> Iterator[OpenSsh]:
    """sshd as somebody without rights: whoever runs the test, or nobody where that is root."""
    program, libraries = _sshd()
    user = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    port, folder = free_port(), Path(tempfile.mkdtemp(prefix="heatshield-sftp-"))
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    host_key.write_private_key(folder / "host_key")
    client_key.write_public_key(folder / "authorized_keys")
    (folder / "sshd_config").write_text(CONFIG.format(port=port, folder=folder))
    (folder / "host_key").chmod(0o600)
    if os.getuid() == 0:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, user)
    seen = {"LD_LIBRARY_PATH": str(libraries), "PATH": "/usr/bin:/bin"}
    command = [str(program), "-D", "-e", "-f", str(folder / "sshd_config")]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=seen, stderr=log, user=user if os.getuid() == 0 else None)
    try:
        version = _greeting(port, server, folder / "log")
        public = " ".join(host_key.export_public_key().decode().split()[:2])
        yield OpenSsh(port, user, public, version, folder)
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _greeting(port: int, server: "subprocess.Popen[bytes]", log: Path) -> str:
    """What it says first, once it listens. Skips where it cannot run here."""
    for _ in range(100):
        if server.poll() is not None:
            pytest.skip(f"Debian's SFTP server not tried: {log.read_text()[-300:]}")
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as talk:
                return talk.recv(100).decode().strip().removeprefix("SSH-2.0-")
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"sshd does not listen: {log.read_text()[-300:]}")
