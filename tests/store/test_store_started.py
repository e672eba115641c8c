"""Results stand in the order in which they were begun: over time zones, when clocks are set back, and in copies."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from mlpexp.store.listing import find_result, list_results
from mlpexp.store.started import moment, oldest_first


def begun(runs: Path, name: str, started: object) -> Path:
    """A folder that counts as a result, and says when it was begun."""
    folder = runs / name
    folder.mkdir()
    for file in ("config.yaml", "summary.json"):
        (folder / file).write_text("{}")
    (folder / "environment.json").write_text(started if isinstance(started, str) else json.dumps(started))
    return folder


def names(folders: Iterable[Path]) -> list[str]:
    return [folder.name for folder in folders]


def test_the_order_is_that_of_time_over_time_zones_and_clocks_set_back(tmp_path: Path) -> None:
    made = [  # the local times of the folders' names say something else
        begun(tmp_path, "20261126-090000-tokyo-00000001", {"started": "2026-11-26T00:00:00+00:00"}),
        begun(tmp_path, "20261125-200000-york-00000002", {"started": "2026-11-25T20:00:00-05:00"}),
        begun(tmp_path, "20261126-024500-before-00000003", {"started": "2026-11-26T01:45:00+00:00"}),
        begun(tmp_path, "20261126-021500-after-00000004", {"started": "2026-11-26T02:15:00+00:00"}),
        begun(tmp_path, "renamed", {"started": "2026-11-26T03:00:00+00:00"}),
    ]
    for place, folder in enumerate(made):  # copied or touched in another order
        os.utime(folder / "summary.json", (10**9 - place, 10**9 - place))
    assert names(entry.folder.path for entry in list_results(tmp_path)) == names(made)
    assert find_result("last", tmp_path) == made[-1]


def test_in_the_same_second_the_number_of_a_name_decides(tmp_path: Path) -> None:
    same = {"started": "2026-11-26T00:00:00+00:00"}
    made = [begun(tmp_path, f"20261126-000000-a-00000001{end}", same) for end in ("", "-2", "-9", "-10")]
    assert oldest_first(reversed(made)) == made


@pytest.mark.parametrize(
    "damage", ["", "{", "[" * 100_000, "[]", "null", {"started": []}, {"started": "x"}, {}, {"started": 3}]
)
def test_where_nothing_says_when_the_name_does(damage: object, tmp_path: Path) -> None:
    made = [
        begun(tmp_path, "20261101-000000-a-00000001", {"started": "2026-11-01T00:00:00+00:00"}),
        begun(tmp_path, "20261110-000000-b-00000002", damage),
        begun(tmp_path, "20261120-000000-c-00000003", {"started": "2026-11-20T00:00:00+00:00"}),
    ]
    assert oldest_first(reversed(made)) == made


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "", None, [], "today"])
def test_what_is_no_moment_is_none(text: object) -> None:
    assert moment(text) is None
