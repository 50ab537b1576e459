"""Why something about a role is refused."""

from chassis.domain import DomainError, Invalid, NotFound


class RoleUnknown(NotFound):
    pass


class RoleVersionUnknown(NotFound):
    pass


class RoleExists(DomainError):
    code = "role_exists"


class RoleIsRetired(DomainError):
    """It is given to nobody any more, and has no new versions."""

    code = "role_is_retired"


class RoleInUse(DomainError):
    """Somebody holds it: what a role denies would fall away unseen, and what it allows without a reason."""

    code = "role_in_use"


class NothingDrafted(DomainError):
    """There is no draft to publish or to try."""

    code = "nothing_drafted"


class PermissionUnknown(Invalid):
    """No service declares it, so it would protect nothing and mislead whoever reads the role."""

    code = "permission_unknown"


class GrantInvalid(Invalid):
    """A line says two things at once, or says what can mean nothing."""

    code = "grant_invalid"


class CeilingWithoutAmounts(Invalid):
    """Nothing asks for the permission with an amount: a ceiling would limit nothing, and mislead whoever reads it."""

    code = "ceiling_without_amounts"


class RoleForEmergencies(DomainError):
    """It is opened for an hour by whoever may, loudly; nobody is given it."""

    code = "role_for_emergencies"
