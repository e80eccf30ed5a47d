"""Sensitivity: which parameters an outcome, and a decision, rest on."""
