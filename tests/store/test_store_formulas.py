"""A name is no formula of a spreadsheet, numbers stay numbers, and what is read is what was written."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpexp.store.formulas import neutral, original
from mlpexp.store.frames import complete_table, without_formulas
from mlpexp.store.table import as_csv, read_rows

NUMBERS = (
    "-1.5", "+0.25", "1e-3", "-1e-05", "-inf", "nan", "-", "-0.7615 .. +0.6503", "-0.02 ± 0.01", "-1.2; 0.5; ...", "-3 %",
    "-1,234.5", "+.5", "-0.1 (-0.2 .. 0.1)", "-0.05 to 0.1",
)  # fmt: skip
FORMULAS = (
    "=1+1",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "'=1",
    "''-a",
    "＝1",
    "-a",
)


@pytest.mark.parametrize("text", [*NUMBERS, "a=1", "'5", "", "learning_rate=0.1", "it's"])
def test_numbers_and_other_words_stay_as_they_are(text: str) -> None:
    assert neutral(text) == text == original(text)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_has_an_apostrophe_before_it(text: str) -> None:
    assert neutral(text) == f"'{text}"


@given(st.text(alphabet="'=+-@\t\r1e.a ", max_size=6))
def test_what_is_read_is_what_was_written(text: str) -> None:
    assert original(neutral(text)) == text


def test_tables_are_read_as_they_were_before(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [{"arm": number, "=label": text, "loss": -1.5} for number, text in enumerate(FORMULAS)]
    path.write_text(as_csv(["arm", "=label", "loss"], rows), encoding="utf-8", newline="")
    assert [row["=label"] for row in read_rows(path)] == list(FORMULAS)
    for table in (complete_table(path), complete_table(path, {"=label"})):
        assert table["=label"].tolist() == list(FORMULAS)
        assert table["loss"].tolist() == [-1.5] * len(FORMULAS)


def test_numbers_of_a_figure_have_no_formulas_among_their_names() -> None:
    table = pd.DataFrame({"=a": ["=1", "b"], "n": [-1.0, 2.0]})
    assert without_formulas(table).to_csv(index=False) == "'=a,n\n'=1,-1.0\nb,2.0\n"
    plain = pd.DataFrame({"label": ["a", None], "n": [-1.0, 2.0]})
    assert without_formulas(plain).to_csv(index=False) == plain.to_csv(index=False)
