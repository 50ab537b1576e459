"""What every call to Adyen's balance platform has in common."""

from payments.application.ports import ProviderAccount


def headers(account: ProviderAccount) -> dict[str, str]:
    """The key, and what is wanted back."""
    return {"X-API-Key": account.secrets["api_key"], "Accept": "application/json"}
