"""Transition tables and their deciders say the same."""
