"""Where things are in a checkout."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[4]
LOCAL = Path(os.environ.get("PITBOSS_LOCAL") or REPOSITORY / ".local")
"""Everything that running leaves behind: data, logs, generated passwords. Ignored by git, safe to remove."""
