"""Personal data at rest: encrypted under a key per person, found by a blind index, erased by forgetting the key."""

from chassis.privacy.keys import BlindIndex, SecretBox, SecretUnreadable
from chassis.privacy.vault import SubjectErased, SubjectVault

__all__ = ["BlindIndex", "SecretBox", "SecretUnreadable", "SubjectErased", "SubjectVault"]
