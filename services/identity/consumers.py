"""What identity listens to: who is in which team, as everybody does."""

from services.common import membership

SUBSCRIPTIONS = (membership.SUBSCRIPTION,)
