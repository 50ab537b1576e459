"""Interchangeable ways of doing one thing, each in a folder of its own behind a Protocol of the application."""
