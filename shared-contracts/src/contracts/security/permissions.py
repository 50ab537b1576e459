"""The permissions security asks for."""

from enum import StrEnum


class SecurityPermission(StrEnum):
    """`security.resource.action`."""

    STAFF_LIST = "security.staff.list"
    """See who works here."""
    STAFF_CREATE = "security.staff.create"
    """Add a member of staff."""
    STAFF_DISABLE = "security.staff.disable"
    """Shut a member of staff out; every session ends."""
    STAFF_ENABLE = "security.staff.enable"
    """Let a disabled member of staff come back, with no role and a one-time password."""
    STAFF_RESET = "security.staff.reset"
    """Give a colleague a new one-time password; every session ends. It takes whoever may do all the colleague may."""
    ROLE_LIST = "security.role.list"
    """See the roles and what they allow."""
    ROLE_DEFINE = "security.role.define"
    """Make a role or change what it allows."""
    ROLE_ASSIGN = "security.role.assign"
    """Give a role to somebody, or take it away."""
    CLIENT_LIST = "security.client.list"
    """See partners' programs: their keys, roles, terms, and when each was last used."""
    CLIENT_MANAGE = "security.client.manage"
    """Register a partner's program, change its keys and terms, let a disabled one come back."""
    CLIENT_DISABLE = "security.client.disable"
    """Shut a partner's program out."""
    PERMISSION_LIST = "security.permission.list"
    """See which permissions there are."""
    AUDIT_LIST = "security.audit.list"
    """Read the audit log: who did what, when, why, from what to what."""
