"""SQL over results folders and the run store: ``kohtaanto query``, and `load` for a notebook."""

from experiments.query.loaded import Loaded, load

__all__ = ["Loaded", "load"]
