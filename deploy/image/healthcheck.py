"""Asks the program in this container whether it is alive; for images without curl."""

import os
import sys
import urllib.error
import urllib.request


def healthy(port: str) -> bool:
    """Does /healthz say 200?"""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=4) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError):
        return False


if __name__ == "__main__":
    sys.exit(not healthy(os.environ.get("PORT", "8000")))
