"""Whether what was begun may be repeated: only by the very customer of the provider who began it."""

from uuid import UUID

from chassis.store import UnitOfWork
from payments.application.desk import Desk, set_aside_once
from payments.application.ports import ProviderAccount

NAME = "customer-check"


async def is_same_customer(desk: Desk, account: ProviderAccount, about: UUID, sent_as: str) -> bool:
    """Whether the account names whoever began it. If not, nothing must be sent, and a person hears of it, once."""
    if desk.sent_as(account) == sent_as or not sent_as:
        return True

    async def work(uow: UnitOfWork) -> None:
        await set_aside_once(
            desk,
            uow,
            casino_id=account.casino_id,
            provider=account.provider,
            about=about,
            code="account_identity_differs",
            facts={"settings": ", ".join(desk.provider(account.provider).identity)},
        )

    await desk.app.transact(work, desk.ours(NAME, account.casino_id))
    return False
