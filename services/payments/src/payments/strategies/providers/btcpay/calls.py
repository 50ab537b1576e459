"""What every call to BTCPay Server has in common."""

from urllib.parse import quote

from payments.application.ports import ProviderAccount
from payments.strategies.providers.reading import section, word


def store(account: ProviderAccount) -> str:
    """The address of the casino's store."""
    base = str(account.settings["base_url"]).rstrip("/")
    return f"{base}/api/v1/stores/{quote(str(account.settings['store_id']), safe='')}"


def headers(account: ProviderAccount) -> dict[str, str]:
    """What a call is signed with."""
    return {"Authorization": f"token {account.secrets['api_key']}", "Content-Type": "application/json"}


def error_code(status: int, body: object) -> str | None:
    """The code of a refusal: an object with one, or, of a request that is not valid, a list of what is wrong."""
    if status == 422 and isinstance(body, list) and body and all(section(one).get("message") for one in body):
        return "validation"
    return word(section(body).get("code"))
