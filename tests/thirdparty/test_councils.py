"""What councils' own systems are made of, each in an environment of its own: it takes what we send."""

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from uuid6 import uuid7

from services.interop.domain.delivery import Attempt
from services.interop.partners.council.drop import FileDrop
from services.interop.partners.council.stu3 import resource
from services.interop.partners.council.webhook import signature
from services.interop.partners.places import Sftp
from tests.interop.council import SECRET
from tests.interop.ways import Files
from tests.thirdparty.conftest import CLIENTS
from tests.thirdparty.environments import python_with
from tests.thirdparty.openssh import openssh
from tests.thirdparty.sayings import SAID

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
Tell = Callable[[str, object], None]
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def an_attempt(kind: str, **data: Any) -> Attempt:
    event = {
        "specversion": "1.0",
        "id": str(uuid7()),
        "source": "/heatshield/interop",
        "type": f"uk.heatshield.social_care.{kind}.v1",
        "subject": f"share/{uuid7()}",
        "time": "2026-11-20T09:30:00Z",
        "datacontenttype": "application/json",
        "data": {"council_ref": "LAS-40021", **data},
    }
    return Attempt(
        delivery_id=uuid7(),
        connection_id=uuid7(),
        url="",
        secret=SECRET,
        payload=json.dumps(event),
        number=1,
        is_proved=True,
        client_id=uuid7(),
        submission_id=None,
        type=event["type"],  # type: ignore[arg-type]
        happened_on=date(2026, 11, 20),
    )


def said_by(script: str, told: Any, folder: Path, *requirements: str) -> str:
    (folder / "told.json").write_text(json.dumps(told), "utf-8")
    command = [str(python_with(*requirements)), str(CLIENTS / script), str(folder / "told.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


async def test_debians_sftp_server_takes_whole_files_from_whoever_knows_its_key(record_property: Tell) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    with openssh(key) as server:
        url = f"sftp://{server.user}@127.0.0.1:{server.port}{server.folder}/drop"
        place = Sftp(url, server.host_key, key.export_private_key().decode(), ["127.0.0.1"])
        attempt = an_attempt("support_given", personal_care_minutes=31)
        for _ in range(2):
            assert (await FileDrop(place).hand_over(attempt, NOW)).has_it, (server.folder / "log").read_text()
        files = Files(server.folder / "drop")
        (row,) = files.left()
        assert (row["delivery_id"], row["personal_care_minutes"]) == (str(attempt.delivery_id), "31")
        await place.write("in", "answers.csv", b"delivery_id,outcome,reason\r\n")
        await place.write("in", "answers.csv.manifest.json", b"{}")
        (name,) = await FileDrop(place).waiting()
        await FileDrop(place).settle(name, b"row\r\n")
        assert await place.names("in") == []
        assert set(await place.names("done")) == {"answers.csv", "answers.csv.manifest.json"}
        another = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
        wrong = Sftp(url, " ".join(another.split()[:2]), key.export_private_key().decode(), ["127.0.0.1"])
        with pytest.raises(asyncssh.HostKeyNotVerifiable):
            await wrong.names("in")
        assert not (await FileDrop(wrong).hand_over(attempt, NOW)).has_it
    record_property(
        SAID, f"{server.version} takes facts and gives answers over SFTP; with another host key nothing is sent"
    )


def test_fhir_resources_reads_what_a_council_is_sent_in_stu3(tmp_path: Path, record_property: Tell) -> None:
    sent = [
        an_attempt("support_given", personal_care_minutes=31),
        an_attempt("care_plan_changed", intervention="02.05", plan_version=3),
        an_attempt("financial_assessment_asked", last_free_day_on="2026-12-20"),
        an_attempt("share_withdrawn", withdrawn_at="2026-11-20T09:30:00Z"),
    ]
    made = [resource(json.loads(one.payload), one, NOW) for one in sent]
    record_property(SAID, said_by("with_fhir_resources.py", made, tmp_path, "fhir.resources==8.3.0"))


def test_standardwebhooks_verifies_what_is_sent_and_refuses_what_it_must(tmp_path: Path, record_property: Tell) -> None:
    attempt, now = an_attempt("support_given"), datetime.now(UTC)
    headers = {
        "webhook-id": str(attempt.delivery_id),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature(SECRET, str(attempt.delivery_id), now, attempt.payload),
    }
    told = {"secret": SECRET, "body": attempt.payload, "headers": headers}
    record_property(SAID, said_by("with_standardwebhooks.py", told, tmp_path, "standardwebhooks==1.1.0"))
