"""Who calls, what they may, and the marker every route must carry."""

from chassis.auth.caller import Caller, Grant
from chassis.auth.errors import Forbidden, PasswordChangeRequired, Unauthenticated
from chassis.auth.markers import AnyStaff, Internal, Player, PlayerOr, Public, Requires, guarded
from chassis.auth.permissions import DataClass, PermissionSpec, Risk, manifest
from chassis.auth.service_tokens import ServiceTokens
from chassis.auth.tokens import TokenVerifier, Verifier

__all__ = [
    "AnyStaff",
    "Caller",
    "DataClass",
    "Forbidden",
    "Grant",
    "Internal",
    "PasswordChangeRequired",
    "PermissionSpec",
    "Player",
    "PlayerOr",
    "Public",
    "Requires",
    "Risk",
    "ServiceTokens",
    "TokenVerifier",
    "Unauthenticated",
    "Verifier",
    "guarded",
    "manifest",
]
