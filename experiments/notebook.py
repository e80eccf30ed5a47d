"""What a notebook or a script needs: a model to step, a comparison, results in one line.

``from experiments.notebook import compare, load, model``. Keys are those of the command line: as words
(``"parameters.services.staff_fte.brokerage=36"``) or, where Python allows it, by name (``seed=1``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.composing.composition import resolve
from experiments.query import Loaded, load
from experiments.running.execution import execute
from experiments.running.plan import make_plan
from sim.errors import InputError

if TYPE_CHECKING:
    from agents.area import EmploymentAreaModel

__all__ = ["compare", "load", "model"]


def model(*words: str, **keys: object) -> EmploymentAreaModel:
    """An employment area to be stepped, as any Mesa model.

    ``step()`` simulates a day; ``datacollector`` has a row a month; ``running`` is False after the horizon.

    Parameters
    ----------
    words
        ``KEY=VALUE`` as typed after ``kohtaanto run``.
    keys
        The same by name: ``region="kolmikko"``, ``seed=1``, ``policy=["six_fte_brokerage"]``.

    Raises
    ------
    InputError
        Wrong input.

    Examples
    --------
    >>> area = model(region="kolmikko", seed=1, horizon_years=1)  # doctest: +SKIP
    """
    from agents.area import EmploymentAreaModel

    plan = make_plan(resolve("run", [*words, *_typed(keys), "replications=1"]))
    return EmploymentAreaModel(plan.runs[0].specification)


def compare(*words: str, **keys: object) -> Loaded:
    """Compare arms as ``kohtaanto compare`` does, without the page, and load the results.

    Parameters
    ----------
    words, keys
        As `model`; stored runs are reused.

    Raises
    ------
    InputError
        Wrong input, or every run failed.
    experiments.running.execution.UnfinishedError
        Runs ended early; the same call goes on from there.
    """
    plan = make_plan(resolve("compare", [*words, *_typed(keys)]))
    execution = execute(plan, report=False)
    if execution.failed == len(plan.runs):
        raise InputError(f"every run failed; see {execution.folder / 'manifest.json'}")
    return load(execution.folder)


def _typed(keys: dict[str, object]) -> list[str]:
    """Keys given by name, as they would be typed."""
    return [f"{key}={_value(value)}" for key, value in keys.items()]


def _value(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_value, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)
