"""Tables for a spreadsheet in Finnish format: ``kohtaanto export``."""
