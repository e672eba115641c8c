"""The network of a page, computed by Node as a browser does."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

SCRIPTS = files("mlpexp.report.writers") / "scripts"


def by_node(scripts: Sequence[str], expression: str, given: Any) -> Any:
    """The value of an expression over ``given``, after some scripts of a page.

    Args:
        scripts: Their names.
        expression: In JavaScript.
        given: As JSON has it.
    """
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node")
    source = "\n".join((SCRIPTS / name).read_text(encoding="utf-8") for name in scripts)
    read = 'const given = JSON.parse(require("fs").readFileSync(0, "utf8"));'
    program = f"{source}\n{read}\nprocess.stdout.write(JSON.stringify({expression}));"
    done = subprocess.run([node, "-e", program], input=json.dumps(given), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def outputs_by_node(told: Mapping[str, Any], raw: np.ndarray) -> np.ndarray:
    """What a page computes for raw inputs.

    Args:
        told: What the page is told of the network.
        raw: Numbers, NaN where missing, or pixels.
    """
    rows = [[None if value != value else value for value in row] for row in raw.reshape(len(raw), -1).tolist()]
    given = {"told": {"samples": [], **told}, "rows": rows}
    run = "((network) => given.rows.map((row) => network.outputs(row)))(new Network(given.told))"
    return np.array(by_node(["network.js"], run, given))
