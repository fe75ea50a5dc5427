"""What is told of the calls that other agencies make at a client's home."""

from services.common.inbox import Subscription

SUBSCRIPTIONS: tuple[Subscription, ...] = ()
