"""Pictures of a rota, a round and the capacity over HTTP."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
