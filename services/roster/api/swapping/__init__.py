"""Swaps, open shifts and loans over HTTP."""

from fastapi import APIRouter

from services.roster.api.swapping import swaps

ROUTERS: tuple[APIRouter, ...] = (swaps.router,)
