"""Bridges from surplus to shortage: which changes of trade pay, each tried in the engine."""
