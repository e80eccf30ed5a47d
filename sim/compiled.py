"""Compilation of kernels, and a cache on disk that can be trusted.

numba's cache looks only at the file of the function itself: a changed function or constant in
another file gives stale results silently. So the cache folder's name holds a digest of every source
of `sim/`, the versions, the processor and the bounds-check flag. Import this module before numba.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import tempfile
from pathlib import Path
from typing import Any

# The kernels wait for memory: the compiler's highest level makes them no faster (ten years within 3 % of level 3) and
# takes a fifth longer to compile.
os.environ.setdefault("NUMBA_OPT", "1")

SIM = Path(__file__).resolve().parent
CACHES_KEPT = 3


def sources_digest(folder: Path = SIM) -> str:
    """Digest of all Python sources below a folder, hexadecimal."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _cache_folder() -> Path:
    """Choose the cache folder, make it, and drop the oldest ones."""
    flags = ":".join(
        (platform.python_version(), platform.machine(), os.environ.get("NUMBA_BOUNDSCHECK", "0"),
         os.environ.get("NUMBA_CPU_NAME", ""), os.environ["NUMBA_OPT"], platform.processor())
    )  # fmt: skip
    name = hashlib.sha256((sources_digest() + flags).encode()).hexdigest()[:16]
    for parent in (SIM.parent / ".numba_cache", Path(tempfile.gettempdir()) / f"kohtaanto-numba-{os.getuid()}"):
        try:
            folder = parent / name
            folder.mkdir(parents=True, exist_ok=True)
            os.utime(folder)
            with tempfile.NamedTemporaryFile(dir=folder):
                pass
        except OSError:
            continue
        others = sorted((p for p in parent.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime)
        for old in others[:-CACHES_KEPT]:
            shutil.rmtree(old, ignore_errors=True)
        return folder
    return Path(tempfile.mkdtemp(prefix="kohtaanto-numba-"))


CACHE_FOLDER = _cache_folder()
os.environ["NUMBA_CACHE_DIR"] = str(CACHE_FOLDER)

import numba  # noqa: E402

_config: Any = numba.config
_config.CACHE_DIR = str(CACHE_FOLDER)  # in case numba was imported before us
IS_COMPILED = not _config.DISABLE_JIT

from sim.linking import kernel_dispatcher, rule_dispatcher  # noqa: E402

_HOW: Any = {"error_model": "numpy", "no_cfunc_wrapper": True}
"""Nothing is called from C, and each such wrapper would be compiled and optimised: a fourteenth of the time."""


def kernel(function: Any) -> Any:
    """Compile a phase of the day or another function called from Python, cached on disk."""
    return kernel_dispatcher(function, _HOW) if IS_COMPILED else function


def rule(function: Any) -> Any:
    """Compile a small rule that kernels call for each event; it goes into its caller's cache."""
    return rule_dispatcher(function, _HOW) if IS_COMPILED else function
