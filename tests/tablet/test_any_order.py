"""Several tablets, spells without signal, lost answers, killed apps and servers, in any order: nothing is lost, nothing
is done twice, the tablets agree in the end, and every conflict is seen."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from demo.tablet.app import NoSignal, NotNow
from services.caseload.main import SERVICE
from tests.caseload.medicating import a_medicine, as_needed, told_of_role
from tests.caseload.story import new_id, take_on
from tests.caseload.sync.rounds import has_plan
from tests.databases import Stock
from tests.running import DEPUTY, NURSE, Running, running
from tests.tablet.line import OnTablet, a_tablet

PEOPLE = (NURSE, DEPUTY, NURSE)
TABLETS = st.integers(0, len(PEOPLE) - 1)
