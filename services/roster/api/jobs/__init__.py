"""Jobs over HTTP: what a proposal that is being made has found so far."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
