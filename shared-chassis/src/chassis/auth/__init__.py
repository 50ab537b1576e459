"""Who calls, what they may, and the marker every route must carry."""

from chassis.auth.acts import act
from chassis.auth.caller import Caller
from chassis.auth.errors import (
    ApprovalNeeded,
    FactorRequired,
    Forbidden,
    PasswordChangeRequired,
    PolicyStale,
    StepUpNeeded,
    Unauthenticated,
)
from chassis.auth.markers import AnyPerson, AnyStaff, Internal, Player, PlayerOr, Public, Requires, guarded
from chassis.auth.permissions import DataClass, PermissionSpec, Risk, manifest
from chassis.auth.service_tokens import ServiceTokens
from chassis.auth.tokens import TokenVerifier, Verifier

__all__ = [
    "AnyPerson",
    "AnyStaff",
    "ApprovalNeeded",
    "Caller",
    "DataClass",
    "FactorRequired",
    "Forbidden",
    "Internal",
    "PasswordChangeRequired",
    "PermissionSpec",
    "Player",
    "PlayerOr",
    "PolicyStale",
    "Public",
    "Requires",
    "Risk",
    "ServiceTokens",
    "StepUpNeeded",
    "TokenVerifier",
    "Unauthenticated",
    "Verifier",
    "act",
    "guarded",
    "manifest",
]
