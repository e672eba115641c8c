"""All numbers of a result folder, of the first format (runs, sweeps) or the second, as tables that can be compared.

A row is found by its key (arm, seed, epoch, ...) wherever it stands; a row of ``evaluation/`` is its own key. Numbers are
rounded to nine significant digits, weights are compared bit for bit. Left out: times, the environment, and the sentences of
``comparison.csv``, which say its numbers in words.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from safetensors.numpy import load_file

Cells = dict[str, str]
Table = dict[tuple[str, ...], Cells]

KEYS = {
    "metrics": ("arm", "seed", "epoch"),
    "trials": ("arm", "seed"),
    "diagnostics": ("arm", "seed", "epoch", "layer", "quantity"),
    "arms": ("arm",),
    "comparison": ("arm",),
}
NEW_COLUMNS = {
    "metrics": {"samples"},
    "trials": {"last_epoch", "reason"},
}  # that sweeps or runs of the first format lack
NEW_TABLES = {"run": ("arms", "comparison"), "sweep": ("weights", "evaluation")}
LONGEST = 160


def numbers_of(folder: Path) -> dict[str, Table]:
    """Every table of a result, by name: ``metrics``, ``trials``, ``evaluation/hits.csv``, ``weights best``, ..."""
    summary = json.loads((folder / "summary.json").read_text())
    tables: dict[str, Table] = {"summary": {("summary",): {"status": summary["status"]}}}
    for name, keys in KEYS.items():
        if (path := folder / f"{name}.csv").exists():
            tables[name] = _table(_rows(path), keys)
    for path in sorted((folder / "evaluation").glob("*.csv")):
        tables[f"evaluation/{path.name}"] = _table(_rows(path))
    if "members" in summary:  # a run of the first format
        tables["trials"] = _table(map(_trial, summary["members"]), KEYS["trials"])
    for which in ("best", "last"):
        if weights := _weights(folder, which):
            tables[f"weights {which}"] = weights
    return tables


def differences(old: dict[str, Table], new: dict[str, Table]) -> list[str]:
    """What differs from a result of the first format, a line each; what that format did not have may be new."""
    lines = []
    may_be_new = NEW_TABLES["sweep" if "arms" in old else "run"]
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            lines.append(f"{name}: missing")
        elif name in old:
            lines += [f"{name}: {line[:LONGEST]}" for line in _differences(old[name], new[name], NEW_COLUMNS.get(name))]
        elif not name.startswith(may_be_new):
            lines.append(f"{name}: only in the new result")
    return lines


def _differences(old: Table, new: Table, new_columns: Iterable[str] | None) -> list[str]:
    known = {column for cells in old.values() for column in cells} | set(new_columns or ())
    unknown = {column for cells in new.values() for column in cells} - known
    lines = [f"column {column} only in the new result" for column in sorted(unknown)]
    lines += [f"missing: {', '.join(key)}" for key in old if key not in new]
    lines += [f"only in the new result: {', '.join(key)}" for key in new if key not in old]
    for key in [key for key in old if key in new]:
        for column, cell in old[key].items():
            if (other := new[key].get(column, "missing")) != cell:
                lines.append(f"{column}: {cell} -> {other} at {', '.join(key)}")
    return lines


def _rows(path: Path) -> list[Cells]:
    """Of a table without arms, which is that of a run, all rows are of arm 0."""
    with path.open(newline="", encoding="utf-8") as stream:
        rows = [{column: _rounded(cell) for column, cell in row.items()} for row in csv.DictReader(stream, strict=True)]
    return [{"arm": "0", **row} for row in rows]


def _rounded(cell: str) -> str:
    try:
        return f"{float(cell):.9g}"
    except ValueError:
        return cell


def _table(rows: Iterable[Cells], keys: Sequence[str] | None = None) -> Table:
    """Rows by the values of their key, or of all their columns; a row that comes again has a number in its key."""
    table: Table = {}
    seen: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        key = tuple(f"{column}={row[column]}" for column in keys or sorted(row))
        seen[key] += 1
        again = (f"again {seen[key]}",) if seen[key] > 1 else ()
        cells = {column: cell for column, cell in row.items() if not column.endswith("sentence")}
        table[*key, *again] = {column: cells[column] for column in cells if keys and column not in keys}
    return table


def _trial(member: dict[str, Any]) -> Cells:
    """A member of a run as a row of ``trials.csv``; null, which may be inf or nan, is left out."""
    ends = {key: str(member[key]) for key in ("seed", "status", "ended_epoch", "last_epoch", "best_epoch")}
    scores = {f"{when}_{name}": value for when in ("final", "best") for name, value in (member[when] or {}).items()}
    if member["status"] == "diverged":
        return {"arm": "0", **ends, **dict.fromkeys(scores, "nan")}
    return {"arm": "0", **ends, **{name: _rounded(str(value)) for name, value in scores.items() if value is not None}}


def _weights(folder: Path, which: str) -> Table:
    """The sum of each tensor of each trial; ``last`` is ``best`` where that is all there is."""
    table: Table = {}
    files = [path for path in (folder / "checkpoints" / f"{which}.json",) if path.exists()]
    for best in sorted((folder / "weights").glob("program-*.best.json")):
        last = best.with_name(best.name.replace(".best.", ".last."))
        files.append(last if which == "last" and last.exists() else best)
    for file in files:
        plain = json.loads(file.read_text())
        trials = plain["trials"] if "trials" in plain else [(0, seed) for seed in plain["seeds"]]
        tensors = load_file(file.with_name(plain.get("file", f"{file.stem}.safetensors")))
        for row, (arm, seed) in enumerate(trials):
            cells = {"epoch": str(plain["epochs"][row])}
            for name, tensor in tensors.items():
                assert len(tensor) == len(trials), f"{file}: {name} has {len(tensor)} rows"
                cells[name] = f"{tensor.dtype}{list(tensor.shape[1:])} {sha256(tensor[row].tobytes()).hexdigest()[:12]}"
            table[f"arm={arm}", f"seed={seed}"] = cells
    return table
