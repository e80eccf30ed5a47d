"""Tells on the error stream how far the runs are."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class RunProgress:
    """A bar with the time left in a terminal, a line now and then elsewhere.

    Parameters
    ----------
    total
        Runs to simulate.
    """

    def __init__(self, total: int) -> None:
        self.total, self.finished, self.failed = total, 0, 0
        self._started = self._told = time.monotonic()
        self._bar: Progress | None = None
        if total and sys.stderr.isatty():
            self._bar = Progress(
                TextColumn("Runs"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("time left"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bar.add_task("runs", total=total)

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self, runs: int) -> None:
        """Count finished runs."""
        self.finished += runs
        if self._bar is not None:
            self._bar.advance(self._task, runs)
            return
        now = time.monotonic()
        if self.finished == self.total or now - self._told > 10:
            self._told = now
            elapsed = now - self._started
            left = elapsed / self.finished * (self.total - self.finished)
            rest = f", about {left:.0f} s left" if self.finished < self.total else ""
            say(f"{self.finished} of {self.total} runs after {elapsed:.0f} s{rest}")


def say(line: str) -> None:
    """Write a line on the error stream: what happens, not what comes out."""
    print(line, file=sys.stderr, flush=True)
