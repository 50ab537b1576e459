"""Why a restriction is refused. Tightening is never refused for being too tight."""

from chassis.domain import Invalid


class LimitInAnotherCurrency(Invalid):
    code = "limit_in_another_currency"


class ExclusionTooShort(Invalid):
    code = "exclusion_too_short"


class ExclusionTooLong(Invalid):
    code = "exclusion_too_long"
