"""How often `mlpexp explain` names the cause, how often it alarms where all is well, and whether its advice helps.

The runs are those of ``tests/making/blind_runs.py``, which were written before the rules. Each is trained with three
seeds and explained. Then every remedy that explain advises is followed on ten fresh seeds, beside the run's own setting
with the same seeds. The score is accuracy or R² on the test part; of remedies that weigh classes, balanced accuracy.

Claims: the cause is named first in at least 90 % of broken runs; at most 2 of 20 healthy runs of each group get an alarm;
no remedy that is advised makes a run worse, by the paired 95 % interval.

    uv run python benchmarks/explain_score.py --output FILE [--seed 2000] [--only NAME]
    uv run python benchmarks/explain_score.py --output FILE --print
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from in_process import ask, fresh_scores, printed, quality, trained
from mlpexp.errors import MlpexpError
from mlpexp.statistics.intervals import MeanInterval, paired_difference
from side_by_side import header

from making import blind_runs  # isort: skip
from making.planted_runs import resolved  # isort: skip

FRESH = range(5000, 5010)
FINE = ("converged", "edge_of_stability")
"""Verdicts that are no alarm."""


def cases(only: str) -> Iterator[tuple[str, str, dict]]:
    """Name, what is true of it (a cause or a healthy group), and config of each run."""
    for kind, configs in {**blind_runs.PLANTED, **blind_runs.HEALTHY}.items():
        for number, config in enumerate(configs):
            if f"{kind} {number}".startswith(only):
                yield f"{kind} {number}", kind, config


def advised(verdicts: list[dict]) -> Iterator[tuple[int, dict]]:
    """Place of the verdict and remedy of all that is advised and can be followed."""
    for place, verdict in enumerate(verdicts):
        for remedy in verdict.get("remedies", []):
            if remedy.get("changes") and remedy.get("advised") is True:
                yield place, remedy


def followed(config: dict, verdicts: list[dict]) -> list[dict]:
    """Each remedy on fresh seeds: scores of the run's own setting and of the changed one, seed by seed."""
    rows, own = [], {}
    for place, remedy in advised(verdicts):
        row, changes = {"place": place, "text": remedy["text"], "changes": remedy["changes"]}, remedy["changes"]
        weighs = any("class_weights" in key for key in changes)
        asked = {**config, "scores": ["balanced_accuracy"]} if weighs else config
        try:
            own[weighs] = own.get(weighs) or measured(asked, weighs)
            rows.append({**row, "before": own[weighs], "after": measured(asked, weighs, changes)})
        except MlpexpError as error:
            rows.append({**row, "error": str(error)})
    return rows


def measured(config: dict, weighs: bool, changes: dict | None = None) -> list[float]:
    """The score of each fresh seed; balanced accuracy, if classes are weighed."""
    scores = fresh_scores(config, FRESH, changes)
    return [float(value) for value in (scores["test_balanced_accuracy"] if weighs else quality(scores))]


def examined(name: str, kind: str, config: dict, folder: Path) -> dict:
    """A run, trained and explained, and its remedies followed."""
    row: dict = {"case": name, "kind": kind, "verdicts": [], "remedies": []}
    try:
        result, row["training_seconds"] = trained(config, folder)
    except MlpexpError as error:
        return {**row, "error": f"not trained: {error}"}
    answer = ask("explain", result.path, "--format", "json")
    row.update(explain_seconds=answer.seconds, error=answer.error)
    if not answer.error:
        row["verdicts"] = json.loads(answer.out)
        row["remedies"] = followed(config, row["verdicts"])
    return row


def named(row: dict) -> list[str]:
    """The verdicts, first one first."""
    return [verdict["verdict"] for verdict in row["verdicts"]] or ["nothing"]


def show_causes(rows: list[dict]) -> None:
    table, missed = [], []
    for kind in blind_runs.PLANTED:
        of_kind = [row for row in rows if row["kind"] == kind]
        first = Counter(named(row)[0] for row in of_kind)
        others = ", ".join(f"{count} {name}" for name, count in first.items() if name != kind)
        table.append((kind, len(of_kind), first[kind], sum(kind in named(row)[1:] for row in of_kind), others))
        missed += [(row["case"], ", ".join(named(row))) for row in of_kind if named(row)[0] != kind]
    broken, right = sum(line[1] for line in table), sum(line[2] for line in table)
    printed("Broken runs", ["planted", "runs", "named first", "named later", "first instead"], table)
    if broken:
        print(f"\ncause first: {right} of {broken} ({right / broken:.1%}); later: {sum(line[3] for line in table)}")
    printed("Broken runs with another cause first", ["run", "verdicts"], missed)


def show_alarms(rows: list[dict]) -> None:
    table, alarms = [], []
    for group in blind_runs.HEALTHY:
        of_group = [row for row in rows if row["kind"] == group]
        wrong = [row for row in of_group if named(row)[0] not in FINE]
        table.append((group, len(of_group), len(wrong)))
        alarms += [(row["case"], ", ".join(named(row))) for row in wrong]
    printed("Healthy runs", ["group", "runs", "false alarms"], table)
    printed("False alarms", ["run", "verdicts"], alarms)


def show_remedies(rows: list[dict]) -> None:
    table, counts = [], {"first verdicts": Counter[str](), "other verdicts": Counter[str]()}
    for row in rows:
        for remedy in row["remedies"]:
            interval = difference(remedy)
            word = outcome(interval)
            counts["other verdicts" if remedy["place"] else "first verdicts"][word] += 1
            numbers = f"{interval.mean:+.3f} ({interval.low:+.3f} .. {interval.high:+.3f})" if interval else "-"
            table.append((row["case"], named(row)[remedy["place"]], json.dumps(remedy["changes"]), numbers, word))
    printed(f"Remedies on {len(FRESH)} fresh seeds", ["run", "verdict", "changes", "difference (95 %)", ""], table)
    words = ("better", "no difference", "worse", "refused")
    printed("Remedies", ["of", *words], [(of, *(count[word] for word in words)) for of, count in counts.items()])


def difference(remedy: dict) -> MeanInterval | None:
    """Of the scores with the remedy and without; None: it could not be trained."""
    if "error" in remedy:
        return None
    return paired_difference(np.array(remedy["after"]), np.array(remedy["before"]))


def outcome(interval: MeanInterval | None) -> str:
    if interval is None:
        return "refused"
    return "worse" if interval.high < 0 else "better" if interval.low > 0 else "no difference"


def show_seconds(rows: list[dict]) -> None:
    table = []
    for kind in dict.fromkeys(row["kind"] for row in rows):
        timed = [row for row in rows if row["kind"] == kind and "explain_seconds" in row]
        training, explaining = (np.array([row[f"{what}_seconds"] for row in timed]) for what in ("training", "explain"))
        if timed:
            ratio = np.median(explaining / training)
            table.append((kind, f"{np.median(training):.2f}", f"{np.median(explaining):.2f}", f"{ratio:.2f}"))
    printed("Seconds, medians", ["runs", "training", "explain", "explain / training"], table)


def show(rows: list[dict]) -> None:
    header("Verdicts and remedies of explain on runs that its rules were not fitted to")
    for part in (show_causes, show_alarms, show_remedies, show_seconds):
        part(rows)
    printed("Failures", ["run", "error"], [(row["case"], row["error"]) for row in rows if row["error"]])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=2000, help="of the tables and of the first repetition")
    parser.add_argument("--only", default="", help="runs whose name begins so, such as `noisy` or `dead_relu 1`")
    parser.add_argument("--output", type=Path, required=True, help="the JSON file of all answers; what it has is kept")
    parser.add_argument("--print", action="store_true", dest="only_print", help="print that file, and train nothing")
    options = parser.parse_args()
    rows = json.loads(options.output.read_text(encoding="utf-8")) if options.output.exists() else []
    known = {row["case"] for row in rows}
    with TemporaryDirectory() as place:
        tables = Path(place)
        if not options.only_print:
            blind_runs.tables(tables, options.seed)
        for name, kind, config in () if options.only_print else cases(options.only):
            if name not in known:
                with TemporaryDirectory() as folder:
                    rows.append(examined(name, kind, resolved(config, tables, options.seed), Path(folder)))
                options.output.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    show(rows)


if __name__ == "__main__":
    main()
