"""Proposals and their explanations over HTTP."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
