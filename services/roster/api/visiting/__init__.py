"""Visits over HTTP beyond the plan: states, series, hours of opening, other agencies and wishes to move."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
