"""Which split of a fixed staff, of money over measures, and which reserve is best when the future is not known."""
