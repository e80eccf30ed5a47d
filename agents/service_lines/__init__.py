"""The service lines."""
