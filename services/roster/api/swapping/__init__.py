"""Swaps, open shifts and loans over HTTP."""

from fastapi import APIRouter

from services.roster.api.swapping import open_shifts, swaps

ROUTERS: tuple[APIRouter, ...] = (swaps.router, open_shifts.router)
