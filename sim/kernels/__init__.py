"""Compiled mechanics, one mechanism a file."""
