"""Why something about a role is refused."""

from chassis.domain import DomainError, Invalid, NotFound


class RoleUnknown(NotFound):
    pass


class RoleExists(DomainError):
    code = "role_exists"


class PermissionUnknown(Invalid):
    """No service declares it, so it would protect nothing and mislead whoever reads the role."""

    code = "permission_unknown"
