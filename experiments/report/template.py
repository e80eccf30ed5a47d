"""Pages from templates: self-contained, escaped, written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from experiments.running.store import write_text

TEMPLATES = Path(__file__).with_name("templates")


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
        lstrip_blocks=True,
    )  # fmt: skip
    style = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))
    write_text(environment.get_template(template).render(style=style, **values), path)
    return path
