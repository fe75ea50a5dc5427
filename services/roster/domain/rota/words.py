"""Days, lengths and names of duties as people say them. Nobody is named: people are {0} and {1} in what is written."""

from datetime import date, timedelta

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_words(from_on: date, day: int) -> str:
    """A day of the rota, such as "Tue 3 Mar"."""
    on = from_on + timedelta(days=day)
    return f"{WEEKDAYS[on.weekday()]} {on.day} {MONTHS[on.month - 1]}"


def length_words(minutes: int) -> str:
    """A length of time, such as "9 h 30", "11 h" or "45 min"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02}" if rest else f"{hours} h"


def plain(text: str) -> str:
    """Somebody's own text, safe to stand in words whose braces are filled with names."""
    return text.replace("{", "{{").replace("}", "}}")


def number_words(count: int, one: str, many: str) -> str:
    """A count with its noun, such as "1 night" or "5 nights"."""
    return f"{count} {one if count == 1 else many}"
