"""A part as bytes: with what it uses of the user's own files, and without a look at what other modules make on demand."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from mlpexp.config.part_as_bytes import bytes_of, function_in


def test_a_function_of_a_file_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine_alone.py").write_text("SCALE = 3\n\n\ndef scaled(x):\n    return SCALE * x\n")
    monkeypatch.syspath_prepend(tmp_path)
    import mine_alone  # type: ignore[import-not-found]

    data = bytes_of(mine_alone.scaled)
    monkeypatch.delitem(sys.modules, "mine_alone")
    (tmp_path / "mine_alone.py").unlink()
    assert function_in(data)(2) == 6


def test_modules_are_asked_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Touchy(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise RuntimeError(f"asked for {name}")

    monkeypatch.setitem(sys.modules, "touchy", Touchy("touchy"))
    assert function_in(bytes_of(len))("abc") == 3
