"""``python -m experiments.sweep``: a sweep as a Hydra application, for multirun and launchers.

``python -m experiments.sweep -m region=kolmikko,satakunta points=16 'uncertainties=[…]'`` makes two of them, with
``hydra/launcher=joblib`` at once and with ``hydra/launcher=submitit_slurm`` as jobs of Slurm; everything else is as
with ``kohtaanto sweep``. Hydra writes nothing but ``outputs/multirun/multirun.yaml``.
"""

from __future__ import annotations

import sys

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from experiments.command import guarded
from experiments.composing.configuration import PROJECT
from experiments.sweep.request import Request, carry_out


@hydra.main(version_base="1.3", config_path=str(PROJECT / "conf"), config_name="sweep")
def application(_: DictConfig) -> None:
    """Carry out one job of the application: its overrides, with our checks and messages."""
    overrides = list(HydraConfig.get().overrides.task)
    code = guarded(lambda: carry_out(Request.read(overrides)))
    if code:
        sys.exit(code)


if __name__ == "__main__":
    application()
