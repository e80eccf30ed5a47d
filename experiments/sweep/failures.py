"""Errors of failed runs, kept beside the stored runs, so that a failed run is not tried again unless asked."""

from __future__ import annotations

import contextlib
from pathlib import Path

from experiments.running.store import write_text


class Failures:
    """Errors by key of the run.

    Parameters
    ----------
    folder
        Of the run store.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: str) -> Path:
        """File of a failed run: its error as text."""
        return self.folder / key[:2] / f"{key}.failed.txt"

    def read(self, key: str) -> str | None:
        """Error of a run that failed; None if it has not."""
        try:
            return self.path(key).read_text(encoding="utf-8").strip()
        except OSError:
            return None

    def write(self, key: str, error: str) -> None:
        """Note that a run failed.

        Raises
        ------
        InputError
            If it can not be written.
        """
        write_text(f"{error}\n", self.path(key))

    def remove(self, key: str) -> None:
        """Forget it: the run has been done."""
        with contextlib.suppress(FileNotFoundError):
            self.path(key).unlink()
