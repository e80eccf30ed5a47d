"""Text that a spreadsheet would take for a formula (CWE-1236; OWASP: CSV injection)."""

from __future__ import annotations

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell of text must not begin with; the wide forms are taken as the narrow ones where input is East Asian."""


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet may run a text as a formula."""
    return text.startswith(FORMULA_SIGNS) or text.lstrip(" \u00a0").startswith(FORMULA_SIGNS)


def safe(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet could take it for a formula."""
    return f"'{text}" if is_formula_like(text) else text
