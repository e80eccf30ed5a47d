"""Each compiled function has one signature: a second one would double compile time and may round otherwise.

Looked at in a fresh process with an empty cache, where rules are compiled and seen too.
"""

from __future__ import annotations

import json

import pytest
from worlds import in_another_process

LOOK = """
import json, os, sys
from datetime import date
{before}
import sim.compiled
import numba
numba.config.CACHE_DIR = {cache!r}
sim.compiled.CACHE_FOLDER = __import__("pathlib").Path({cache!r})
from worlds import closure, cohort, furlough_wave, specification, tenured
from agents.area import simulate
from agents.warm_up import call_every_kernel
call_every_kernel(specification())
simulate(specification(cohorts=(cohort(),), events=(closure(),), record="full"))
again = dict(inside_firm_share=0.3, restart=date(2025, 9, 17), restart_jobs=20, rumour=date(2025, 1, 20))
simulate(specification(events=(tenured(**again),)))
simulate(specification(days=150, events=(furlough_wave(),)))
seen = {{}}
for name, module in list(sys.modules.items()):
    if name.split(".")[0] == "sim":
        for attribute, value in vars(module).items():
            if hasattr(value, "py_func") and value.py_func.__module__ == name:
                seen[name + "." + attribute] = len(value.signatures)
print(json.dumps(seen))
"""


@pytest.mark.verify
def test_every_kernel_and_rule_has_one_signature(tmp_path) -> None:
    seen = json.loads(in_another_process(LOOK.format(cache=str(tmp_path), before=""), timeout=600.0))
    assert len(seen) > 80
    # drawn for tests and builders only, or called from Python alone
    unused = {name for name, n in seen.items() if n == 0}
    assert unused <= {"sim.rng.uniforms", "sim.rng.mix"}, unused
    assert {name: n for name, n in seen.items() if n > 1} == {}


def test_kernels_called_from_python_have_one_signature() -> None:
    """With the cache as it is: functions that Python calls have not been compiled for other types of numbers."""
    code = LOOK.replace("numba.config.CACHE_DIR = {cache!r}\n", "").replace(
        'sim.compiled.CACHE_FOLDER = __import__("pathlib").Path({cache!r})\n', ""
    )
    seen = json.loads(in_another_process(code.format(before="")))
    called = {name: n for name, n in seen.items() if n > 0}
    assert len(called) >= 12
    assert set(called.values()) == {1}, called
