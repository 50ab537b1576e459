"""What is shown of personal data to whoever may see only that it is there."""

from collections.abc import Callable, Mapping


def mask_name(name: str) -> str:
    """The first letter.

    >>> mask_name("Ann")
    'A***'
    """
    return f"{name[:1]}***" if name else ""


def mask_email(email: str) -> str:
    """The first letter on both sides, and the end.

    >>> mask_email("ann@mail.example.com")
    'a***@m***.com'
    """
    local, _, domain = email.partition("@")
    return f"{local[:1]}***@{domain[:1]}***.{domain.rpartition('.')[2]}"


def mask_phone(phone: str) -> str:
    """The last two digits.

    >>> mask_phone("+35612345678")
    '***78'
    """
    return f"***{phone[-2:]}"


def mask_date(day: str) -> str:
    """The year of an ISO date.

    >>> mask_date("1990-05-17")
    '1990-**-**'
    """
    return f"{day[:4]}-**-**"


MASKS: Mapping[str, Callable[[str], str]] = {
    "first_name": mask_name,
    "last_name": mask_name,
    "email": mask_email,
    "phone": mask_phone,
    "date_of_birth": mask_date,
    "address": lambda _: "***",
}
"""One for each kind of personal data that backoffice keeps."""
