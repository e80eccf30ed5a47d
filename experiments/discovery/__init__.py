"""Scenario discovery: in which futures an arm fails."""
