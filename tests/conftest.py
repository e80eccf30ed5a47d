"""What all tests share: the same examples of property tests on every machine, new ones on request."""

from __future__ import annotations

import os

from hypothesis import settings

# A change must not be refused by an example that nobody has seen: `make test` tries the same examples everywhere,
# `make verify` looks for new ones.
settings.register_profile("same", derandomize=True)
settings.register_profile("new", derandomize=False, print_blob=True)
settings.load_profile(os.environ.get("KOHTAANTO_EXAMPLES", "same"))
