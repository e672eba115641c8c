"""How good the learning rates of `mlpexp find-lr` are: beside the best of a grid, with seeds that it has not seen.

Each case is trained with 19 rates from 1e-5 to 10, three a decade, and then with the rate that find-lr suggests. A rate
is as good as its mean accuracy or R² on the test part, over five seeds; a training that diverged has 0, or -1 as R². Beside the
seconds of find-lr are those of one training with these seeds.

Claim: the suggested rate is within 0.03 of the best of the grid in at least 22 cases.

    uv run python benchmarks/find_lr_score.py [--grid FILE] [--only NAME] [--output FILE]
"""

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from in_process import Answer, ask, fresh_scores, printed, quality, scores_of, trained
from side_by_side import header

from making import blind_rates  # isort: skip
from making.planted_runs import resolved  # isort: skip

RATES = [float(f"{digit}e{power}") for power in range(-5, 1) for digit in (1, 2.15, 4.64)] + [10.0]
SEEDS = range(1000, 1005)
WITHIN = 0.03


def grid_scores(config: dict, folder: Path) -> list[float]:
    """The mean score of each rate, as one sweep."""
    sweep = {"over": {"learning_rate": RATES}, "seeds": len(SEEDS)}
    result, _ = trained({**config, "seed": SEEDS[0], "sweep": sweep}, folder, planned_by="sweep")
    scores = scores_of(result)
    return [float(quality(rows).mean()) for _, rows in scores.groupby("arm")]


def grids(cases: dict[str, dict], folder: Path, path: Path) -> dict[str, list[float]]:
    """The grid of each case: from a file, where it is there, else trained and added to it."""
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name, config in cases.items():
        if name not in known:
            with TemporaryDirectory() as place:
                known[name] = grid_scores(config, Path(place))
            path.write_text(json.dumps(known, indent=1), encoding="utf-8")
    return known


def suggestion(config: dict, folder: Path) -> tuple[dict, Answer]:
    """What find-lr answers."""
    import yaml

    path = folder / "asked.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    answer = ask("find-lr", "--config", path, "--format", "json")
    return json.loads(answer.out) if not answer.error else {}, answer


def compared(name: str, config: dict, grid: list[float], folder: Path) -> dict:
    """The suggestion beside the best of the grid."""
    found, answer = suggestion(config, folder)
    rate = found.get("suggested")
    started = perf_counter()
    score = quality(fresh_scores(config, SEEDS, {"optimizer.learning_rate": rate})).mean() if rate else None
    training = perf_counter() - started if rate else None
    best = int(np.argmax(grid))
    return {"case": name, "best_rate": RATES[best], "best": grid[best], "suggested": rate, "score": score,
        "low": found.get("low"), "high": found.get("high"), "seconds": answer.seconds, "training": training,
        "error": answer.error, "answer": found}  # fmt: skip


def is_within(row: dict) -> bool:
    return row["score"] is not None and row["score"] >= row["best"] - WITHIN


def show(rows: list[dict]) -> None:
    def text(value: float | None, form: str) -> str:
        return "-" if value is None else format(value, form)

    header("Learning rates of find-lr beside the best of a grid")
    printed(
        f"Test accuracy or R², means of {len(SEEDS)} fresh seeds",
        ["case", "best rate", "score", "suggested", "low", "high", "score", "difference", f"within {WITHIN}",
            "seconds", "of training"],
        [
            [
                row["case"], f"{row['best_rate']:g}", f"{row['best']:.3f}", text(row["suggested"], ".3g"),
                text(row["low"], ".3g"), text(row["high"], ".3g"), text(row["score"], ".3f"),
                text(row["score"] and row["score"] - row["best"], "+.3f"), "yes" if is_within(row) else "**no**",
                f"{row['seconds']:.1f}", text(row["training"], ".1f"),
            ]
            for row in rows
        ],
    )  # fmt: skip
    print(f"\nwithin {WITHIN} of the best: {sum(map(is_within, rows))} of {len(rows)}")
    for row in rows:
        if row["error"]:
            print(f"{row['case']}: {row['error']}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--grid", type=Path, help="where grids are kept, as they do not depend on find-lr")
    parser.add_argument("--grid-only", action="store_true", help="train the grids, and ask nothing")
    parser.add_argument("--only", default="", help="cases whose name begins so")
    parser.add_argument("--output", type=Path, help="where all answers are written")
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        blind_rates.tables(folder, 0)
        chosen = {name: config for name, config in blind_rates.CASES.items() if name.startswith(options.only)}
        cases = {name: {**resolved(config, folder, 0), "seeds": 5} for name, config in chosen.items()}
        known = grids(cases, folder, options.grid or folder / "grids.json")
        if options.grid_only:
            return
        rows = [compared(name, config, known[name], folder) for name, config in cases.items()]
    if options.output:
        options.output.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    show(rows)


if __name__ == "__main__":
    main()
