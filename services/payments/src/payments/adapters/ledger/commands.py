"""The ledger's commands: `python -m payments verify-ledger`, `take-month-away`."""

from payments.adapters.ledger.months import take_month_away
from payments.adapters.ledger.verify import verify_ledger

COMMANDS = {"verify-ledger": verify_ledger, "take-month-away": take_month_away}
