"""The rota over HTTP: versions, responses, leave, availability and agreements."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
