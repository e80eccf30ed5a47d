"""Runs that are planned, simulated, stored and written as a results folder."""
