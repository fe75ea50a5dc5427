"""Verifies one of our requests with Standard Webhooks' own library, and refuses it where it is not as it was sent."""

import json
import sys
from importlib.metadata import version

from standardwebhooks import Webhook, WebhookVerificationError

with open(sys.argv[1], encoding="utf-8") as file:
    told = json.load(file)
Webhook(told["secret"]).verify(told["body"], told["headers"])
refused = 0
late = {**told["headers"], "webhook-timestamp": str(int(told["headers"]["webhook-timestamp"]) - 301)}
soon = {**told["headers"], "webhook-timestamp": str(int(told["headers"]["webhook-timestamp"]) + 301)}
another = {**told["headers"], "webhook-id": "another"}
version_2 = {**told["headers"], "webhook-signature": told["headers"]["webhook-signature"].replace("v1,", "v2,")}
wrong = [
    (told["secret"], told["body"] + " ", told["headers"]),
    *((told["secret"], told["body"], headers) for headers in (late, soon, another, version_2)),
    ("whsec_" + "A" * 32, told["body"], told["headers"]),
]
for secret, body, headers in wrong:
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        refused += 1
assert refused == len(wrong), refused
print(f"standardwebhooks {version('standardwebhooks')} verifies what we sign and refuses {refused} others")
