"""Swaps, open shifts and loans over HTTP."""

from fastapi import APIRouter

from services.roster.api.swapping import loans, open_shifts, swaps

ROUTERS: tuple[APIRouter, ...] = (swaps.router, open_shifts.router, loans.router)
