"""What is told of the team's decisions about a rota."""

from services.common.inbox import Subscription

SUBSCRIPTIONS: tuple[Subscription, ...] = ()
