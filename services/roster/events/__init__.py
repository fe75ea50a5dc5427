"""What roster tells the others. Additive changes only; a breaking change is a new version beside the old."""

from services.roster.events.capacity import FloorFallen, FloorRestored
from services.roster.events.shift import ProtectedTimeLost, ShiftPlanned
from services.roster.events.visit import VisitDone, VisitLate, VisitMissed, VisitNoReply, VisitPlanned, VisitStarted

__all__ = [
    "FloorFallen",
    "FloorRestored",
    "ProtectedTimeLost",
    "ShiftPlanned",
    "VisitDone",
    "VisitLate",
    "VisitMissed",
    "VisitNoReply",
    "VisitPlanned",
    "VisitStarted",
]
