"""``python -m experiments.run``: one world as a Hydra application, for multirun and launchers.

``python -m experiments.run -m seed=1,2 shock=closure_harjavalta`` runs two of them; everything else is
as with ``kohtaanto run``. Hydra writes nothing but ``outputs/multirun/multirun.yaml``.
"""

from __future__ import annotations

import sys

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from experiments.command import guarded
from experiments.compare import Options, carry_out


@hydra.main(version_base="1.3", config_path="../conf", config_name="config")
def application(_: DictConfig) -> None:
    """Carry out one job of the application: its overrides, with our checks and messages."""
    overrides = list(HydraConfig.get().overrides.task)
    code = guarded(lambda: carry_out("run", overrides, Options()))
    if code:
        sys.exit(code)


if __name__ == "__main__":
    application()
