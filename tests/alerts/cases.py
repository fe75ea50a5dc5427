"""For each alert: series with which it has to fire, and series just short of that with which it must not.

A series is written as Prometheus' own unit tests write it: `0+61x20` is a counter, `61x20` stays. Minutes are of the
test's clock, which starts at 1970.
"""

from dataclasses import dataclass

Series = dict[str, str]


@dataclass(frozen=True)
class Case:
    """It fires at this minute with the first, and not with any of the others; nor `early` minutes before that."""

    minute: int
    over: tuple[Series, ...]
    under: tuple[Series, ...]
    early: int
    step: int = 1


def _held(series: str, over: float, under: float, *, wait: int, step: int = 1) -> Case:
    """A gauge that is over, or under, for longer than the alert waits."""
    count = 3 * wait // step + 4
    many = [{series: f"{value}x{count}"} for value in (over, under)]
    return Case(minute=wait + 2 * step, over=(many[0],), under=(many[1],), early=3 * step, step=step)


def _ratio(bad: str, good: str, threshold: float, *, window: int, spike: int, wait: int, step: int = 1) -> Case:
    """A share of so many in a thousand a minute. `bad` is what is counted when it is bad, `good` when it is not.

    Short of firing are: the long window under and the short one over, and the other way round.
    """
    total, long = 1000 * step, (window + 30 * step) // step

    def counted(share: float, then: float) -> Series:
        shares = (share * threshold, then * threshold)
        return {bad: _counter([s * total for s in shares], long, spike // step)} | {
            good: _counter([(1 - s) * total for s in shares], long, spike // step)
        }

    minute = (long + spike // step) * step
    return Case(minute, (counted(1.05, 1.05),), (counted(0.9, 1.3), counted(1.3, 0.9)), early=minute - wait, step=step)


def _counter(rates: list[float], first: int, second: int) -> str:
    at = rates[0] * first
    return f"0+{rates[0]:.4f}x{first} {at + rates[1]:.4f}+{rates[1]:.4f}x{second}"


DOOR = 'heatshield_http_requests_total{service="gateway",method="GET",route="/caseload/v1",status="%s"}'
ROUTE = 'service="roster",method="POST",route="/v1/visits/{visit_id}/start"'
WRITES = "heatshield_http_request_seconds_%s{%s%s}"
FAST, ALL = WRITES % ("bucket", ROUTE, ',le="0.4"'), WRITES % ("count", ROUTE, "")
EFFECT = 'heatshield_event_effect_seconds_%s{service="hr",queue="q"%s}'
SOON, EVERY = EFFECT % ("bucket", ',le="60.0"'), EFFECT % ("count", "")


def _within(fast: str, every: str, case: Case) -> Case:
    """A share of what took too long, told by what did not: the second series counts all."""

    def whole(series: Series) -> Series:
        bad, good = series["bad"], series["good"]
        return {fast: good, every: _sum(bad, good)}

    return Case(case.minute, tuple(map(whole, case.over)), tuple(map(whole, case.under)), case.early, case.step)


def _sum(one: str, other: str) -> str:
    """Two counters of the same steps, added up."""
    added = []
    for mine, its in zip(one.split(), other.split(), strict=True):
        (start, rest), (start2, rest2) = mine.split("+"), its.split("+")
        (rate, count), rate2 = rest.split("x"), rest2.split("x")[0]
        added.append(f"{float(start) + float(start2):.4f}+{float(rate) + float(rate2):.4f}x{count}")
    return " ".join(added)


# Few failures among few requests: a share that would be too much, were there more of them.
FEW = {DOOR % "503": "0+0.16x100", DOOR % "200": "0+4.84x100"}
ENOUGH = {DOOR % "503": "0+0.18x100", DOOR % "200": "0+4.82x100"}
FEW_IN_SIX_HOURS = {DOOR % "503": "0+0.0268x500", DOOR % "200": "0+0.9x500"}
ENOUGH_IN_SIX_HOURS = {DOOR % "503": "0+0.0306x500", DOOR % "200": "0+0.9x500"}
SERVICES = ("gateway", "caseload", "roster", "hr", "finance", "governance", "interop", "identity", "roster-worker")
UP = {f'heatshield_up{{service="{name}"}}': "1x10" for name in SERVICES}
POOL = 'heatshield_database_connections{service="hr",kind="%s"}'
PARTNER = '{service="interop",partner="mesh"}'
HL7 = 'heatshield_hl7_messages_total{service="interop-worker",ack="%s"}'
STATED = 'heatshield_backup_age_seconds{service="hr"}'
PLUGIN = 'barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{namespace="heatshield"}'
NATIVE = 'cnpg_collector_last_available_backup_timestamp{namespace="heatshield"}'
START = 'process_start_time_seconds{instance="a"}'
RUNS = {'heatshield_up{service="hr",instance="a"}': "1x60"}
NODES = {f'rabbitmq_build_info{{instance="{node}"}}': "1x120" for node in "abc"}


CASES: dict[str, tuple[Case, ...]] = {
    "HeatshieldUnavailableFast": (
        _ratio(DOOR % "503", DOOR % "200", 14.4 * 0.001, window=60, spike=8, wait=2),
        Case(90, (ENOUGH,), (FEW,), early=90),
    ),
    "HeatshieldUnavailable": (
        _ratio(DOOR % "503", DOOR % "200", 6 * 0.001, window=360, spike=50, wait=15),
        Case(450, (ENOUGH_IN_SIX_HOURS,), (FEW_IN_SIX_HOURS,), early=450),
    ),
    "HeatshieldUnavailableSlowly": (
        _ratio(DOOR % "503", DOOR % "200", 0.001, window=4320, spike=480, wait=60, step=10),
    ),
    "HeatshieldVisitWritesSlowFast": (
        _within(FAST, ALL, _ratio("bad", "good", 14.4 * 0.05, window=60, spike=8, wait=2)),
    ),
    "HeatshieldVisitWritesSlow": (_within(FAST, ALL, _ratio("bad", "good", 6 * 0.05, window=360, spike=50, wait=15)),),
    "HeatshieldEventsLateFast": (_within(SOON, EVERY, _ratio("bad", "good", 14.4 * 0.01, window=60, spike=8, wait=2)),),
    "HeatshieldEventsLate": (_within(SOON, EVERY, _ratio("bad", "good", 6 * 0.01, window=360, spike=50, wait=15)),),
    "HeatshieldProcessMissing": (
        Case(5, tuple({k: v for k, v in UP.items() if f'"{name}"' not in k} for name in SERVICES), (UP,), early=4),
    ),
    "HeatshieldProcessRestarts": (
        Case(30, (RUNS | {START: "1x4 2x4 3x4 4x4 5x4 6x40"},), (RUNS | {START: "1x4 2x4 3x4 4x4 5x40"},), early=30),
    ),
    "HeatshieldDatabaseAway": (_held('heatshield_database_up{service="hr"}', 0, 1, wait=2),),
    "HeatshieldDatabaseConnectionsUsedUp": (
        Case(
            14,
            ({POOL % "in_use": "19x40", POOL % "most": "20x40"},),
            ({POOL % "in_use": "17x40", POOL % "most": "20x40"},),
            early=8,
        ),
    ),
    "HeatshieldOutboxLag": (_held('heatshield_outbox_lag_seconds{service="hr"}', 61, 59, wait=5),),
    "HeatshieldQueueStuck": (_held('heatshield_queue_oldest_seconds{service="hr",queue="q"}', 310, 290, wait=5),),
    "HeatshieldDeadLetters": (_held('heatshield_dead_letters{service="hr"}', 1, 0, wait=15),),
    "HeatshieldBrokerNodeLost": (
        Case(60, (NODES | {'rabbitmq_build_info{instance="c"}': "1x40 stale"},), (NODES,), early=17),
    ),
    "HeatshieldBrokerFull": (
        _held("rabbitmq_alarms_free_disk_space_watermark", 1, 0, wait=1),
        _held("rabbitmq_alarms_memory_used_watermark", 1, 0, wait=1),
    ),
    "HeatshieldPartnerFailing": (_held(f"heatshield_partner_failures{PARTNER}", 5, 4, wait=30),),
    "HeatshieldPartnerWaiting": (
        _held(f"heatshield_partner_waiting_seconds{PARTNER}", 15000, 14000, wait=15),
        _held(f"heatshield_partner_given_up{PARTNER}", 1, 0, wait=15),
    ),
    "HeatshieldHl7Refused": (
        Case(
            80,
            ({HL7 % "AE": "0+21x90", HL7 % "AA": "0+79x90"},),
            ({HL7 % "AE": "0+19x90", HL7 % "AA": "0+81x90"},),
            early=78,
        ),
    ),
    "HeatshieldCertificateExpires": (
        Case(
            70,
            ({'certmanager_certificate_expiration_timestamp_seconds{name="door"}': "1200000x90"},),
            ({'certmanager_certificate_expiration_timestamp_seconds{name="door"}': "1300000x90"},),
            early=20,
        ),
    ),
    "HeatshieldTabletsSilent": (_held('heatshield_sync_devices_silent{service="caseload"}', 1, 0, wait=60),),
    "HeatshieldConflictsOld": (
        _held('heatshield_sync_conflicts_week{service="caseload"}', 1, 0, wait=60),
        _held('heatshield_sync_for_review_seconds{service="caseload"}', 90000, 80000, wait=60),
    ),
    "HeatshieldRotaJobsWait": (_held('heatshield_jobs_oldest_seconds{service="roster"}', 950, 850, wait=5),),
    "HeatshieldBackupOld": (
        _held(STATED, 95000, 90000, wait=15),
        Case(1620, ({PLUGIN: "1x200"}, {NATIVE: "1x200"}), ({NATIVE: "0x200"},), early=300, step=10),
        Case(1500, (), ({PLUGIN: "1x200"}, {NATIVE: "1x200"}), early=300, step=10),
    ),
    "HeatshieldBackupUnknown": (
        Case(
            1500,
            ({}, {PLUGIN: "0x200"}, {NATIVE: "0x200"}),
            ({STATED: "5x200"}, {PLUGIN: "1x200"}, {NATIVE: "1x200"}),
            early=120,
            step=10,
        ),
    ),
    "HeatshieldArchiveFailing": (
        _held('heatshield_wal_archive_failing{service="hr"}', 1, 0, wait=10),
        _held('heatshield_wal_archive_age_seconds{service="hr"}', 1900, 1700, wait=10),
    ),
}
