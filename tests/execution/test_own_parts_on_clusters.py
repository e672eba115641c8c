"""Parts of one's own on a local Ray or Dask cluster: the same bytes as in this process."""

from pathlib import Path

import pytest

from making.own_functions import mish, own_cross_entropy
from mlpexp import Result, sweep

pytestmark = [pytest.mark.cluster, pytest.mark.slow]


def trained_by(backend: str, folder: Path) -> Result:
    return sweep(
        "iris/mlp",
        over={"activation": ["relu", mish], "learning_rate": [0.1, 0.2]},
        loss=own_cross_entropy,
        epochs=2,
        seeds=2,
        jobs=2 if backend != "local" else 1,
        backend=backend,
        runs_dir=folder,
        plots=(),
        quiet=True,
    )


@pytest.mark.filterwarnings("ignore")  # those of the clusters
@pytest.mark.parametrize(("backend", "library"), [("dask", "distributed"), ("ray", "ray")])
def test_a_cluster_trains_own_parts_as_this_process_does(tmp_path: Path, backend: str, library: str) -> None:
    pytest.importorskip(library)
    there, here = (trained_by(name, tmp_path / name) for name in (backend, "local"))
    for table in ("metrics.csv", "trials.csv"):
        assert (there.path / table).read_bytes() == (here.path / table).read_bytes()
