"""Settings come from the environment alone, and a wrong one stops the start with one clear line each."""

from chassis.settings.base import FollowingSettings, HttpSettings, ServiceSettings
from chassis.settings.loading import SettingsRefused, load, parse

__all__ = ["FollowingSettings", "HttpSettings", "ServiceSettings", "SettingsRefused", "load", "parse"]
