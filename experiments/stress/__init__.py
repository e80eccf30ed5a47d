"""The stress library: each large employer of a region closes in turn, beside the same baseline."""
