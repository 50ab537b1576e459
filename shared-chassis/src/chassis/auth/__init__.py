"""Who calls, what they may, and the marker every route must carry."""

from chassis.auth.caller import Caller, Grant
from chassis.auth.errors import FactorRequired, Forbidden, PasswordChangeRequired, StepUpNeeded, Unauthenticated
from chassis.auth.markers import AnyPerson, AnyStaff, Internal, Player, PlayerOr, Public, Requires, guarded
from chassis.auth.permissions import DataClass, PermissionSpec, Risk, manifest
from chassis.auth.service_tokens import ServiceTokens
from chassis.auth.tokens import TokenVerifier, Verifier

__all__ = [
    "AnyPerson",
    "AnyStaff",
    "Caller",
    "DataClass",
    "FactorRequired",
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
    "StepUpNeeded",
    "TokenVerifier",
    "Unauthenticated",
    "Verifier",
    "guarded",
    "manifest",
]
