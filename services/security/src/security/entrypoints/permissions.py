"""The permissions security's routes ask for."""

from chassis.auth import PermissionSpec
from contracts.security.permissions import SecurityPermission as P

PERMISSIONS = (
    PermissionSpec(P.STAFF_LIST, "See the staff and their roles", "low"),
    PermissionSpec(P.STAFF_CREATE, "Add members of staff", "high"),
    PermissionSpec(P.STAFF_DISABLE, "Disable members of staff", "high"),
    PermissionSpec(P.STAFF_ENABLE, "Let disabled members of staff come back", "high"),
    PermissionSpec(P.STAFF_RESET, "Give members of staff a new one-time password", "critical"),
    PermissionSpec(
        P.STAFF_RESET_FACTORS, "Take away lost second factors of members of staff", "critical", step_up_s=300
    ),
    PermissionSpec(P.SESSION_LIST, "See where members of staff are logged in", "normal"),
    PermissionSpec(P.SESSION_END, "End sessions of members of staff", "high"),
    PermissionSpec(
        P.IMPERSONATION_START, "Look at things as a player sees them", "high", ("financial",), step_up_s=300
    ),
    PermissionSpec(P.ROLE_LIST, "See the roles", "low"),
    PermissionSpec(P.ROLE_DEFINE, "Define roles and change what they allow", "critical"),
    PermissionSpec(P.ROLE_ASSIGN, "Give and take roles", "critical"),
    PermissionSpec(P.CLIENT_LIST, "See partners' programs, their keys and roles", "low"),
    PermissionSpec(P.CLIENT_MANAGE, "Register partners' programs, their keys and terms", "critical"),
    PermissionSpec(P.CLIENT_DISABLE, "Shut partners' programs out", "high"),
    PermissionSpec(P.PERMISSION_LIST, "See the catalogue of permissions", "low"),
    PermissionSpec(P.AUDIT_LIST, "Read the audit log", "high", ("internal",)),
)
