"""The cards players pay with, and what a provider knows of one. They tell of it where the payer is named."""

import hashlib

ISSUERS = {"424242": "MT", "555555": "GB", "400000": "MT"}
"""The first six digits, and the country of the bank."""

EXPIRES = (3, 2030)


def card_number(issuer: str, account: int) -> str:
    """A number of this bank that adds up.

    >>> card_number("424242", 424242424)
    '4242424242424242'
    """
    body = f"{issuer}{account:09}"
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in body[::-2])
    return body + str(-(doubled + sum(map(int, body[-2::-2]))) % 10)


def mark(merchant: str, number: str) -> str:
    """A provider's own name of a card: the same each time at one merchant, another at another."""
    return hashlib.sha256(f"{merchant}:{number}".encode()).hexdigest()[:16]


def country(number: str) -> str:
    """Where its bank is."""
    return ISSUERS.get(number[:6], "MT")
