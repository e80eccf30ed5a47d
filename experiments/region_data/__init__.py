"""Figures of a region: are they whole, where are they from, how they come in."""
