"""What is told of people's competence and skills."""

from services.common.inbox import Subscription

SUBSCRIPTIONS: tuple[Subscription, ...] = ()
