"""Checks that every component passes, for us and for plugin writers."""
