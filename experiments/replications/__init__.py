"""How many replications a difference needs, and what pairing saves."""
