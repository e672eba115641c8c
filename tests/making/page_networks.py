"""The network of a page, computed by Node as a browser does: by the scripts as a page holds them."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from mlpexp.report.writers.minified import minified

SCRIPTS = files("mlpexp.report.writers") / "scripts"


def by_node(scripts: Sequence[str], expression: str, given: Any) -> Any:
    """The value of an expression over ``text``, which is ``given`` as JSON, after some scripts of a page.

    Args:
        scripts: Their names.
        expression: In JavaScript.
        given: As JSON has it.
    """
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node")
    source = "\n".join(minified((SCRIPTS / name).read_text(encoding="utf-8")) for name in scripts)
    read = 'const text = require("fs").readFileSync(0, "utf8");'
    program = f"{source}\n{read}\nprocess.stdout.write(JSON.stringify({expression}) ?? 'null');"
    done = subprocess.run([node, "-e", program], input=json.dumps(given), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def outputs_by_node(told: Mapping[str, Any], raw: np.ndarray) -> np.ndarray:
    """What a page computes for raw inputs; NaN where it is no number.

    Args:
        told: What the page is told of the network.
        raw: Numbers, NaN where missing, or pixels.
    """
    rows = [[None if value != value else value for value in row] for row in raw.reshape(len(raw), -1).tolist()]
    run = "(({ told, rows }) => rows.map((row) => Network.outputs(told, row)))(Network.read(text))"
    return np.array(by_node(["network.js"], run, {"told": told, "rows": rows}), dtype=float)
