"""The permissions security's routes ask for."""

from chassis.auth import PermissionSpec
from contracts.security.permissions import SecurityPermission as P

PERMISSIONS = (
    PermissionSpec(P.STAFF_LIST, "See the staff and their roles", "low"),
    PermissionSpec(P.STAFF_CREATE, "Add members of staff", "high"),
    PermissionSpec(P.STAFF_DISABLE, "Disable members of staff", "high"),
    PermissionSpec(P.STAFF_ENABLE, "Let disabled members of staff come back", "high"),
    PermissionSpec(P.STAFF_RESET, "Give members of staff a new one-time password", "critical"),
    PermissionSpec(P.ROLE_LIST, "See the roles", "low"),
    PermissionSpec(P.ROLE_DEFINE, "Define roles and change what they allow", "critical"),
    PermissionSpec(P.ROLE_ASSIGN, "Give and take roles", "critical"),
    PermissionSpec(P.CLIENT_LIST, "See partners' programs, their keys and roles", "low"),
    PermissionSpec(P.CLIENT_MANAGE, "Register partners' programs, their keys and terms", "critical"),
    PermissionSpec(P.CLIENT_DISABLE, "Shut partners' programs out", "high"),
    PermissionSpec(P.PERMISSION_LIST, "See the catalogue of permissions", "low"),
    PermissionSpec(P.AUDIT_LIST, "Read the audit log", "high", ("internal",)),
)
