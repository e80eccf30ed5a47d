"""How files of the statistics service come in: ``kohtaanto data import``.

A CSV or JSON-stat 2 file saved from the statistics service becomes one tidy table; what is left out is
told with the reason.
"""

from experiments.region_data.importing.file import import_file, run_import
from experiments.region_data.importing.imported import HEADER, Imported
from experiments.region_data.importing.period import parse_time

__all__ = ["HEADER", "Imported", "import_file", "parse_time", "run_import"]
