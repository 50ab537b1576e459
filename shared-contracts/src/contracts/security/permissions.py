"""The permissions security asks for."""

from enum import StrEnum


class SecurityPermission(StrEnum):
    """`security.resource.action`."""

    STAFF_LIST = "security.staff.list"
    STAFF_CREATE = "security.staff.create"
    STAFF_DISABLE = "security.staff.disable"
    ROLE_LIST = "security.role.list"
    ROLE_DEFINE = "security.role.define"
    ROLE_ASSIGN = "security.role.assign"
    PERMISSION_LIST = "security.permission.list"
    AUDIT_LIST = "security.audit.list"
