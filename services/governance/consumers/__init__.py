"""What governance listens to. Each model names only the fields governance reads."""

from services.governance.consumers import facts, staffing

SUBSCRIPTIONS = (*facts.SUBSCRIPTIONS, *staffing.SUBSCRIPTIONS)
