"""The rules of a rota and the prices of what is arguable in it."""

from datetime import date

from services.common.migrations import rules

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LAW, AGREED, PRICED = date(1998, 10, 1), date(2006, 1, 1), date(2026, 1, 1)
REGULATIONS = "Working Time Regulations 1998, regulation"
GUIDANCE = "HSE, Managing shift work (HSG256): recommended; a team may agree otherwise"
LONG_DAY = "The ten hours of a long day in the rotas of community nursing; a team may agree otherwise"
MEASURED = "Weights that gave rotas which teams of twelve would agree; a team may agree others"
BY_CONSENT = "Of the members of the team, present when it is agreed; a team may agree otherwise"
SHORT_NOTICE = "Employment Rights Act 2025, payment for shifts changed at short notice; the hours await regulations"
SOURCED, DERIVED, OPEN = "sourced", "derived", "to_be_confirmed"

PRICES = (
    ("cover_short", 60),
    ("cover_over", 8),
    ("hours", 2),
    ("wanted", 3),
    ("unwanted", 3),
    ("nights_fair", 12),
    ("weekend_fair", 12),
    ("split_weekend", 6),
    ("isolated_day", 5),
    ("single_night", 5),
    ("change", 10),
)
# Minutes of travel that each is worth.
ROUND_PRICES = (
    ("overtime", 10),
    ("no_break", 200),
    ("buddy", 4),
    ("other", 15),
    ("drop", 3000),
)


def upgrade() -> None:
    rules.load(
        [
            ("rota.daily_rest", LAW, 660, 1440, "minutes in each so many", f"{REGULATIONS} 10", SOURCED),
            ("rota.weekly_rest", LAW, 1440, 10080, "minutes in each so many", f"{REGULATIONS} 11", SOURCED),
            ("rota.weekly_limit", LAW, 2880, 1, "minutes a week on average", f"{REGULATIONS} 4", SOURCED),
            ("rota.reference_weeks", LAW, 17, 1, "weeks", f"{REGULATIONS} 4(3)", SOURCED),
            ("rota.night_limit", LAW, 480, 1440, "minutes in each so many", f"{REGULATIONS} 6", SOURCED),
            ("rota.night_from", LAW, 1380, 1, "minutes after midnight", f"{REGULATIONS} 2(1)", SOURCED),
            ("rota.night_until", LAW, 360, 1, "minutes after midnight", f"{REGULATIONS} 2(1)", SOURCED),
            ("rota.night_minutes", LAW, 180, 1, "minutes of a night worker's night", f"{REGULATIONS} 2(1)", SOURCED),
            ("rota.break", LAW, 20, 360, "minutes in work longer than", f"{REGULATIONS} 12", SOURCED),
            ("rota.longest_shift", AGREED, 600, 1, "minutes without the break", LONG_DAY, DERIVED),
            ("rota.days_running", AGREED, 6, 1, "days", GUIDANCE, OPEN),
            ("rota.nights_running", AGREED, 3, 1, "nights", GUIDANCE, OPEN),
            ("rota.rest_after_nights", AGREED, 2880, 1, "minutes", GUIDANCE, OPEN),
            ("rota.hours_free", PRICED, 240, 1, "minutes off the contract that cost nothing", MEASURED, DERIVED),
            ("rota.quorum", PRICED, 2, 3, "of the members", BY_CONSENT, DERIVED),
            ("rota.silence_hours", PRICED, 72, 1, "hours", BY_CONSENT, DERIVED),
            ("rota.short_notice_hours", PRICED, 48, 1, "hours", SHORT_NOTICE, OPEN),
            *((f"rota.price.{code}", PRICED, points, 1, "points", MEASURED, DERIVED) for code, points in PRICES),
            *((f"rounds.price.{code}", PRICED, worth, 1, "minutes", MEASURED, DERIVED) for code, worth in ROUND_PRICES),
        ]
    )
