"""What identity can be asked to do: one public function for each thing that happens to a sign-in."""

from services.identity.usecases.devices import end_device, list_devices, renew_device, sign_in_device
from services.identity.usecases.end import end_earlier, end_person, logged_out_at_provider, sign_out
from services.identity.usecases.exchange import GATEWAY, exchange, exchange_cookie, own_token, require_audience
from services.identity.usecases.forget import forget_old
from services.identity.usecases.grant import grant_to_system
from services.identity.usecases.prove import Begin, ask_for_keys, ask_for_keys_of_system, proven_process
from services.identity.usecases.register import confirm_system, list_systems, register_system, remove_system
from services.identity.usecases.sign_in import begin_sign_in, finish_sign_in
from services.identity.usecases.staff_accounts import confirm_account, link_account, list_accounts, remove_account

__all__ = [
    "GATEWAY",
    "Begin",
    "ask_for_keys",
    "ask_for_keys_of_system",
    "begin_sign_in",
    "confirm_account",
    "confirm_system",
    "end_device",
    "end_earlier",
    "end_person",
    "exchange",
    "exchange_cookie",
    "finish_sign_in",
    "forget_old",
    "grant_to_system",
    "link_account",
    "list_accounts",
    "list_devices",
    "list_systems",
    "logged_out_at_provider",
    "own_token",
    "proven_process",
    "register_system",
    "remove_account",
    "remove_system",
    "renew_device",
    "require_audience",
    "sign_in_device",
    "sign_out",
]
