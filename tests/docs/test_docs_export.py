"""The JavaScript of ``docs/export.md`` predicts what the network predicts."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from making.configs import ROOT
from making.exported_files import export_all
from making.markdown_pages import blocks_of
from making.shell_lines import FINISHED
from mlpexp.results.networks import networks_of
from mlpexp.results.result import Result


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_page_computes(prepared_runs: Path, tmp_path: Path) -> None:
    export_all(prepared_runs, tmp_path)
    networks = networks_of(Result.open(tmp_path / "runs" / FINISHED).arm(0), [0])
    flowers = np.random.default_rng(0).uniform([4, 2, 1, 0.1], [8, 4.5, 7, 2.5], (50, 4))
    (block,) = [block for block in blocks_of(ROOT / "docs/export.md") if block.language == "js"]
    (tmp_path / "flowers.json").write_text(json.dumps(flowers.tolist()))
    reading = 'const read = name => JSON.parse(require("fs").readFileSync(name))\n'
    calling = 'console.log(JSON.stringify(read("flowers.json").map(row => predict(read("model.json"), row))))\n'
    (tmp_path / "page.cjs").write_text(f"{reading}{block.text}\n{calling}")
    done = subprocess.run(["node", "page.cjs"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    names = networks.preparation.class_names
    assert json.loads(done.stdout) == [names[place] for place in networks.predictions(flowers)[0]]
