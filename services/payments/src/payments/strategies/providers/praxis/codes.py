"""What Praxis's reasons mean. Source: doc.praxiscashier.com, the states of transactions and sessions, and
docs.praxis.tech, "API Status & Error Codes".

Why a bank or a wallet said no it writes as free text of the processor behind it; the state is all that has one meaning.
"""

from collections.abc import Mapping
from typing import Final

from payments.application.ports import Category, Meaning

_NO = Meaning(Category.DECLINED, cascade=True)
_LATER = Meaning(Category.PROVIDER, retriable=True, cascade=True)
_SET_UP = Meaning(Category.CONFIGURATION, cascade=True)

CODES: Final[Mapping[str, Meaning]] = {
    # A transaction that came to nothing, or is taken back.
    "rejected": _NO,
    "declined": _NO,
    "cancelled": Meaning(Category.CANCELLED),
    "canceled": Meaning(Category.CANCELLED),
    "error": _LATER,
    "chargeback": Meaning(Category.FRAUD),
    "reversed": Meaning(Category.CANCELLED),
    # A session that is over.
    "expired": Meaning(Category.CANCELLED),
    "failed": _NO,
    # The status of an answer.
    "status_333": _LATER,
    "status_400": Meaning(Category.REQUEST),
    "status_401": _SET_UP,
    "status_403": _SET_UP,
    "status_406": _SET_UP,
    "status_999": _LATER,
}
