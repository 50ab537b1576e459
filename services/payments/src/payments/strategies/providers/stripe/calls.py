"""What every call to Stripe has in common."""

from payments.application.ports import ProviderAccount

API_VERSION = "2024-06-20"
"""Pinned, so that Stripe answers in the shape these modules read."""

DEFINITE_ERRORS = frozenset({"card_error", "invalid_request_error"})
"""Errors after which nothing was done. An idempotency_error or an api_error leaves that open."""

SAY_NOTHING_OF_EARLIER_CALLS = (401, 403)
"""Statuses that are about our key alone: an earlier call, unanswered, may have been made with a good one."""


def headers_of(account: ProviderAccount) -> dict[str, str]:
    """The headers of a question."""
    return {"Authorization": f"Bearer {account.secrets['api_key']}", "Stripe-Version": API_VERSION}


def form_headers(account: ProviderAccount, key: str) -> dict[str, str]:
    """The headers of a call that changes something, once per key."""
    return {
        **headers_of(account),
        "Content-Type": "application/x-www-form-urlencoded",
        "Idempotency-Key": key,
    }


def base(account: ProviderAccount) -> str:
    """The server's address, without a last slash."""
    return str(account.settings["base_url"]).rstrip("/")
