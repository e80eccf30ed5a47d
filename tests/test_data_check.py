"""`kohtaanto data check` tells a region's sums and counts every row by its kind of source."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from agents.region import SCHEMA, SOURCE_KINDS
from experiments.region_data.check import check, run_check

REGIONS = Path(__file__).parents[1] / "data" / "regions"


@pytest.mark.parametrize("name", ["satakunta", "kolmikko"])
def test_check_tells_sums_and_provenance(name: str) -> None:
    lines = check(REGIONS / name)
    text = "\n".join(lines)
    total = 0
    for file, schema in SCHEMA.items():
        if "source_kind" not in schema.header:
            continue
        (line,) = [line for line in lines if line.startswith(f"  {file}:")]
        counted = sum(int(n) for n in re.findall(r"\d+", line.split(":", 1)[1]))
        with (REGIONS / name / file).open(encoding="utf-8", newline="") as handle:
            assert counted == sum(1 for _ in csv.reader(handle)) - 1, file
        total += counted
    (line,) = [line for line in lines if line.startswith("  all:")]
    assert sum(int(n) for n in re.findall(r"\d+", line)) == total
    assert all(kind in SOURCE_KINDS for kind in re.findall(r"([a-z]+) \d+", line))
    assert "difference" in text
    assert "(default)" in text


def test_check_warns_of_weak_occupations() -> None:
    text = "\n".join(check(REGIONS / "satakunta"))
    assert "137,238 and 137,238, difference +0" in text
    assert "occupation 73" in text


def test_run_check_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_check(REGIONS / "kolmikko") == 0
    assert "provenance" in capsys.readouterr().out
