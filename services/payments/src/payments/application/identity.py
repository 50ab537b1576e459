"""Who we are at a provider. What was begun as one customer of it is never repeated as another, who would pay again."""

import hashlib
import json

from payments.application.ports import PaymentProvider, ProviderAccount


def sent_as(provider: PaymentProvider, account: ProviderAccount) -> str:
    """The fingerprint of the account's identity. Keys, passwords and secrets are no part of it: they may be rotated."""
    named = {name: str(account.settings.get(name, "")).rstrip("/") for name in provider.identity}
    facts = json.dumps([provider.name, named], sort_keys=True).encode()
    return hashlib.sha256(facts).hexdigest()
