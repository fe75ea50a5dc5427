"""What is told that changes how much care a team can give."""

from services.common.inbox import Subscription

SUBSCRIPTIONS: tuple[Subscription, ...] = ()
