"""Getting about: where the team's bases, clients and members are, and how long it takes from one to another."""

from services.roster.usecases.travelling.driven import fix_drive, fix_unknown_drives, watch_drives
from services.roster.usecases.travelling.leavers import forget_homes_of_leavers, watch_homes
from services.roster.usecases.travelling.mileage import mileage
from services.roster.usecases.travelling.places import (
    forget_place,
    forget_way,
    list_places,
    list_ways,
    put_place,
    put_way,
    read_place,
)
from services.roster.usecases.travelling.router import keep_ways, watch_ways
from services.roster.usecases.travelling.ways import Ways, ways_of

__all__ = [
    "Ways",
    "fix_drive",
    "fix_unknown_drives",
    "forget_homes_of_leavers",
    "forget_place",
    "forget_way",
    "keep_ways",
    "list_places",
    "list_ways",
    "mileage",
    "put_place",
    "put_way",
    "read_place",
    "watch_drives",
    "watch_homes",
    "watch_ways",
    "ways_of",
]
