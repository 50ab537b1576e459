"""What staff may do with messages that were set aside, the same in every service."""

from chassis.auth.permissions import PermissionSpec

_FRESH_S = 300


def parked_permissions(service: str) -> tuple[PermissionSpec, ...]:
    """Of one service; its contracts name them too."""
    return (
        PermissionSpec(
            f"{service}.parked.list", "See which messages were set aside, and why", data_classes=("internal",)
        ),
        PermissionSpec(
            f"{service}.parked.export",
            "Take which messages were set aside, and why, away as a file",
            "high",
            ("internal",),
        ),
        PermissionSpec(
            f"{service}.parked.view",
            "See what is in a message that was set aside",
            "high",
            ("internal", "financial"),
            description="What the contract of the event promises, and never personal data; the look is kept.",
        ),
        PermissionSpec(
            f"{service}.parked.replay",
            "Have messages that were set aside handled again",
            "high",
            description="Whatever they should have done happens now.",
        ),
        PermissionSpec(
            f"{service}.parked.discard",
            "Give messages up that were set aside",
            "high",
            description="They never have an effect; what follows them goes on without them.",
            step_up_s=_FRESH_S,
        ),
    )
