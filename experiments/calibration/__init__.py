"""Fits constants of the model to moments: ``kohtaanto calibrate``."""
