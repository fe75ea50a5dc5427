"""Capacity over HTTP: eight weeks ahead, what-if, the floor and what is handed on."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
