"""Whether what was begun may be repeated: only by the very customer of the provider who began it."""

from uuid import UUID

from payments.application.desk import Desk
from payments.application.ports import ProviderAccount
from payments.application.processes.steps import tell_people

NAME = "customer-check"


async def is_same_customer(desk: Desk, account: ProviderAccount, about: UUID, sent_as: str) -> bool:
    """Whether the account names whoever began it. If not, nothing must be sent, and a person hears of it, once."""
    if desk.sent_as(account) == sent_as or not sent_as:
        return True
    facts = {"settings": ", ".join(desk.provider(account.provider).identity)}
    await tell_people(desk, NAME, account, about, "account_identity_differs", facts)
    return False
