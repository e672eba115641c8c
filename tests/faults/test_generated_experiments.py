"""Configs that nobody wrote are trained: what is valid ends, and gives the same bytes again; what is not is refused."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, seed, settings

from making.processes import Process
from making.random_runs import ROWS, TABLE, runs
from making.run_files import equal_files

Start = Callable[..., Process]
CASES = 60  # of each half


@pytest.mark.slow
@pytest.mark.parametrize("half", [0, 1])
def test_generated_experiments_are_trained_or_refused(half: int, start: Start, tmp_path: Path) -> None:
    counts, again = Counter[str](), {"import": ["sklearn.datasets", "pandas"]}
    (tmp_path / TABLE).write_text(ROWS, encoding="utf-8")

    @seed(half)
    @settings(max_examples=CASES, database=None, phases=[Phase.generate])
    @given(runs)
    def trained(config: dict[str, Any]) -> None:
        counts["generated"] += 1
        path = tmp_path / f"config-{counts['generated']}.yaml"
        path.write_text(json.dumps({**config, "name": f"half-{half}"}), encoding="utf-8")
        answer = start("train", "-q", "-c", path, **again).wait()
        counts[f"exit code {answer.code}"] += 1
        assert answer.code in (0, 1, 2), (config, answer)
        assert "internal error" not in answer.err and "Warning: " not in answer.err, (config, answer)
        if answer.code:
            assert answer.err.startswith("error: "), (config, answer)
            if answer.code == 2:
                assert start("check", path).wait().code == 2, (config, answer)
            return
        assert start("show", answer.run).wait().code == 0, config
        if counts["exit code 0"] % 3 == 0:
            run = tmp_path / answer.run
            second = tmp_path / start("train", "-q", "-c", run / "config.yaml", "--runs-dir", "again").wait().run
            assert equal_files(second) == equal_files(run), config
            counts["trained again to the same bytes"] += 1

    trained()
    print(f"half {half}: {dict(counts)}")
    assert counts["exit code 0"] >= CASES // 3
