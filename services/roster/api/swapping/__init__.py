"""Swaps, open shifts, loans and calendars over HTTP."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
