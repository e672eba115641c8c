"""What is made of a result appears beside it, whole or not at all, and is no result itself."""

from pathlib import Path

import pytest

from making.store_records import summary
from mlpexp.errors import InputError, RunError
from mlpexp.store.beside import appearing, folder_beside
from mlpexp.store.json_files import record_text
from mlpexp.store.listing import find_result, list_results


@pytest.fixture
def result(tmp_path: Path) -> Path:
    path = tmp_path / "runs" / "20260101-000000-iris-1a2b3c4d"
    path.mkdir(parents=True)
    (path / "summary.json").write_text(record_text(summary(name=path.name)))
    (path / "config.yaml").write_text("seed: 0\n")
    return path


def hidden(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.startswith(".")]


def test_a_folder_appears_with_all_that_was_written(result: Path) -> None:
    folder = folder_beside(result, "mistakes", None)
    with appearing(folder) as building:
        (building / "mistakes.csv").write_text("row\n1\n")
        assert not folder.exists()
        assert building.parent == folder.parent
    assert (folder / "mistakes.csv").read_text() == "row\n1\n"
    assert folder == result.with_name(f"{result.name}-mistakes")
    assert folder.stat().st_mode == result.stat().st_mode  # as open to others as any folder
    assert not hidden(result.parent)


@pytest.mark.parametrize("error", [ValueError("a fault"), KeyboardInterrupt()])
def test_nothing_appears_when_something_failed(result: Path, error: BaseException) -> None:
    folder = folder_beside(result, "mistakes", None)
    with pytest.raises(type(error)), appearing(folder) as building:
        (building / "half.csv").write_text("half")
        raise error
    assert [path.name for path in result.parent.iterdir()] == [result.name]


def test_it_is_not_listed_and_not_found_as_a_result(result: Path) -> None:
    with appearing(folder_beside(result, "mistakes", None)):
        pass
    assert [entry.folder.path for entry in list_results(result.parent)] == [result]
    assert find_result("last", result.parent) == find_result("iris", result.parent) == result


def test_a_folder_that_exists_is_refused(result: Path) -> None:
    folder = folder_beside(result, "mistakes", None)
    folder.mkdir()
    with pytest.raises(
        InputError, match=r"--output: .*-mistakes exists, and nothing is written over; name a new folder"
    ):
        folder_beside(result, "mistakes", None)
    with pytest.raises(InputError, match="exists, and nothing is written over; name another folder"):
        folder_beside(result, "mistakes", folder)
    with pytest.raises(InputError, match="has appeared meanwhile"), appearing(folder):
        pass
    assert not hidden(folder.parent)


@pytest.mark.parametrize("inside", ["", "plots/mistakes", "new"])
def test_nothing_is_written_into_a_result(result: Path, inside: str) -> None:
    with pytest.raises(InputError, match=r"--output: .*(is a result, which is left as it is|exists)"):
        folder_beside(result, "mistakes", result / inside)


@pytest.mark.parametrize("name", [".", "../runs/20260101-000000-iris-1a2b3c4d/"])
def test_the_result_may_be_named_in_any_way(result: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(result if name == "." else result.parent)
    assert folder_beside(Path(name), "mistakes", None).resolve() == result.with_name(f"{result.name}-mistakes")


def test_folders_above_are_made_and_a_file_among_them_is_said(result: Path, tmp_path: Path) -> None:
    with appearing(folder_beside(result, "mistakes", tmp_path / "a" / "b" / "c")):
        pass
    assert (tmp_path / "a" / "b" / "c").is_dir()
    (tmp_path / "file").write_text("")
    blocked = folder_beside(result, "mistakes", tmp_path / "file" / "c")
    with pytest.raises(RunError, match="a part of the path is a file"), appearing(blocked):
        pass
