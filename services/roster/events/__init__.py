"""What roster tells the others. Additive changes only; a breaking change is a new version beside the old."""

from services.roster.events.capacity import FloorFallen, FloorRestored, MonthSummed
from services.roster.events.rota import RotaAgreed, RotaProposed, RotaPublished
from services.roster.events.shift import ProtectedTimeLost, RestOverdue, RestSettled, ShiftPlanned
from services.roster.events.visit import VisitDone, VisitLate, VisitMissed, VisitNoReply, VisitPlanned, VisitStarted

__all__ = [
    "FloorFallen",
    "FloorRestored",
    "MonthSummed",
    "ProtectedTimeLost",
    "RestOverdue",
    "RestSettled",
    "RotaAgreed",
    "RotaProposed",
    "RotaPublished",
    "ShiftPlanned",
    "VisitDone",
    "VisitLate",
    "VisitMissed",
    "VisitNoReply",
    "VisitPlanned",
    "VisitStarted",
]
