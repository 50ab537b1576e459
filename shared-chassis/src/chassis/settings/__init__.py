"""Settings come from the environment alone, and a wrong one stops the start with one clear line each."""

from chassis.settings.base import HttpSettings, ServiceSettings
from chassis.settings.loading import SettingsRefused, load, parse

__all__ = ["HttpSettings", "ServiceSettings", "SettingsRefused", "load", "parse"]
