"""Everybody whom a team deals with can be tried in the demo."""

from demo.barrow import people
from demo.invitation import TRY, invitation
from services.common.auth import Persona


def test_each_role_of_a_person_has_somebody_to_sign_in_as() -> None:
    systems = {Persona.COUNCIL, Persona.SERVICE}
    invited = [people()[name].persona for name in TRY]
    assert sorted(invited) == sorted(set(Persona) - systems)


def test_the_invitation_names_each_of_them() -> None:
    text = invitation("http://127.0.0.1:8000", "2026-01-05")
    assert all(f"ask {name} '/" in text for name in TRY)
