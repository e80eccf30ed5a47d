"""Pages from templates: self-contained, escaped, written whole or not at all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from experiments.running.store import write_text

TEMPLATES = Path(__file__).with_name("templates")
_INSEPARABLE = re.compile(r"(?<=\d) (?=[%€])| (?=… [-−+\d])|(?<=…) (?=[-−+\d])")
"""Spaces at which a line must not end: between a number and its sign, and within an interval."""


def write_page(path: Path, template: str, **values: Any) -> Path:
    """Render a template of this folder into a file.

    Parameters
    ----------
    path
        Of the page.
    template
        File name.
    values
        What the template shows; the style is added.

    Returns
    -------
    Path
        The same path.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=kept_together,
    )  # fmt: skip
    style = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))
    write_text(environment.get_template(template).render(style=style, **values), path)
    return path


def kept_together(value: Any) -> Any:
    """Text in which numbers stay on a line with their sign and intervals with their ends; anything else as it is."""
    return _INSEPARABLE.sub("\N{NO-BREAK SPACE}", value) if type(value) is str else value
