"""Where things are in a checkout."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[4]
LOCAL = REPOSITORY / ".local"
"""Everything that running leaves behind: data, logs, generated passwords. Ignored by git, safe to remove."""
