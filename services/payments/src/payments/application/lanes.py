"""Lanes of the background tasks that wait for somebody else: what hangs there delays no other lane's tasks."""

from typing import Final

VERIFICATION: Final = "verification"


def questions(provider: str) -> str:
    """Where a provider is asked what became of something, or to let go of what was given up.

    When it hangs they become many, and are repeated; so its orders, which are made once, do not wait behind them.
    """
    return f"{provider} questions"


def orders(provider: str) -> str:
    """Where a provider is told to pay, to refund, or how a dispute is answered, and asked about an order it was told
    and did not answer, until that is known.
    """
    return f"{provider} orders"
