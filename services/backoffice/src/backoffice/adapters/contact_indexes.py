"""The keyed indexes that tell that two players live at one address, or have their e-mail at one domain."""

from backoffice.domain.player.identity import name_words
from chassis.privacy import SubjectVault


def address_index(vault: SubjectVault, address: str) -> str:
    """Of the words of a postal address, however they are ordered and punctuated."""
    return vault.blind_index(f"address:{name_words(address)}")


def email_domain_index(vault: SubjectVault, email: str) -> str:
    """Of what stands behind the `@`."""
    return vault.blind_index(f"email domain:{email.rpartition('@')[2]}")
