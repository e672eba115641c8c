"""``mlpexp sweep --confirm``: fresh seeds for the arms that matter, and both looks side by side."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from making.command_line import Answer, Command
from making.configs import IRIS
from making.run_files import unsealed
from mlpexp.errors import InputError
from mlpexp.planning.confirm import fresh_seeds

pytestmark = pytest.mark.usefixtures("undrawn")
Write = Callable[..., Path]
FOLDS = IRIS.replace("test_fraction: 0.3", "split: {kind: k_fold, folds: 5}")
AXES = ("--learning-rate", "0.01,0.1,1", "--hidden-size", "2,4")


def last(place: str = "runs") -> Path:
    return max(Path(place).iterdir(), key=lambda path: (path / "summary.json").stat().st_mtime_ns)


def summary(path: Path) -> dict[str, Any]:
    return json.loads((path / "summary.json").read_text())


def trials(path: Path) -> pd.DataFrame:
    return pd.read_csv(path / "trials.csv")


def trained(answer: Answer) -> Path:
    assert answer.code == 0, answer.err
    return last()


@pytest.fixture
def looked(mlpexp: Command, config: Write) -> Path:
    return trained(mlpexp("sweep", "-c", config(IRIS), *AXES, "--seeds", 6, "--seed", 3))


def test_the_best_and_the_next_best_are_asked_again(mlpexp: Command, looked: Path) -> None:
    means = trials(looked).groupby("arm")["final_test_accuracy"].mean()
    best, second = means.sort_values(ascending=False, kind="stable").index[:2]
    answer = mlpexp("sweep", "--confirm", looked, "--seeds", 8)
    again = trained(answer)
    arms, rows = pd.read_csv(looked / "arms.csv"), pd.read_csv(again / "arms.csv")
    assert rows["label"].tolist() == [arms["label"][best], arms["label"][second]]
    record = summary(again)
    assert record["baseline"] == 0 and record["seeds"] == list(range(9, 17))
    assert record["confirms"]["looks"][0] == {
        "name": looked.name, "hash": summary(looked)["hash"], "seeds": [3, 8], "num_arms": 6,
    }  # fmt: skip
    assert record["confirms"]["chosen_after"] is True
    differences = trials(looked).pivot(index="seed", columns="arm", values="final_test_accuracy")
    first = record["confirms"]["arms"][1]
    assert first["difference"] == pytest.approx((differences[second] - differences[best]).mean(), abs=1e-12)
    assert "8 fresh seeds, 9 to 16" in answer.err and "look 2 of this question" in answer.err
    assert "with 8 fresh seeds" in answer.out and "this is look 2" in answer.out
    assert mlpexp("show", again).out.count("this is look 2") == 1


def test_a_trial_of_a_confirmation_is_that_of_the_sweep_with_this_seed(
    mlpexp: Command, looked: Path, config: Write
) -> None:
    again = trained(mlpexp("sweep", "--confirm", looked, "--seeds", 3, "--arm", 0, "--baseline", 5))
    larger = trained(mlpexp("sweep", "-c", config(IRIS), *AXES, "--seeds", 9, "--seed", 3))
    seen = trials(again).set_index(["arm", "seed"])["final_test_loss"]
    for here, there in ((0, 5), (1, 0)):
        for seed in (9, 10, 11):
            assert seen[here, seed] == trials(larger).set_index(["arm", "seed"])["final_test_loss"][there, seed]


def test_no_look_uses_seeds_of_another(mlpexp: Command, looked: Path) -> None:
    looks = [looked]
    for source in (looked, looked, "last"):
        looks.append(trained(mlpexp("sweep", "--confirm", source, "--seeds", 4)))
    seeds = [seed for look in looks for seed in summary(look)["seeds"]]
    assert len(seeds) == len(set(seeds)) == 18
    assert [len(summary(look)["confirms"]["looks"]) for look in looks[1:]] == [1, 2, 3]
    assert summary(looks[3])["confirms"]["confirmed"] == 2
    shown = mlpexp("show", looks[3]).out
    assert "this is look 4" in shown and "each of the 3 looks after the first" in shown and "up to 15 %" in shown
    assert "asked this before" in shown and "--confirm" not in shown


def test_every_sweep_with_these_arms_is_a_look(mlpexp: Command, looked: Path, config: Write) -> None:
    """Not only confirmations: another sweep of the same arms has seen its seeds, under whatever name."""
    first = ("sweep", "-c", config(IRIS), "--learning-rate", "0.1,1", "--hidden-size", "2")
    larger = trained(mlpexp(*first, "--seeds", 12))
    alone = trained(mlpexp("train", "-c", config(IRIS), "--learning-rate", "0.1", "--hidden-size", 2, "--seed", 40))
    other = ("--baseline", "learning_rate=0.01,hidden_size=4", "--arm", "learning_rate=0.01,hidden_size=2")
    apart = trained(mlpexp("sweep", "--confirm", looked, "--seeds", 4, *other))
    assert [look["name"] for look in summary(apart)["confirms"]["looks"]] == [looked.name]
    ask = ("--baseline", "learning_rate=0.1,hidden_size=2", "--arm", "learning_rate=1,hidden_size=2")
    again = trained(mlpexp("sweep", "--confirm", looked, "--seeds", 4, *ask))
    looks = [look["name"] for look in summary(again)["confirms"]["looks"]]
    assert looks[0] == looked.name and sorted(looks[1:]) == sorted([larger.name, apart.name])
    assert summary(again)["seeds"] == [41, 42, 43, 44], alone  # it has seed 40 of one of the arms


def test_a_look_that_was_renamed_is_one_look(mlpexp: Command, looked: Path) -> None:
    second = trained(mlpexp("sweep", "--confirm", looked, "--seeds", 4))
    third = trained(mlpexp("sweep", "--confirm", second, "--seeds", 4))
    second.rename(second.with_name("kept"))
    looked.rename(looked.with_name("began"))
    again = trained(mlpexp("sweep", "--confirm", third, "--seeds", 4))
    confirms = summary(again)["confirms"]
    assert len(confirms["looks"]) == 3 and confirms["looks"][confirms["confirmed"]]["name"] == third.name


def test_an_arm_that_diverges_is_no_undecided_one(mlpexp: Command, config: Write) -> None:
    """It trained in the first look, whose record says so, and does not now."""
    looked = trained(mlpexp("sweep", "-c", config(IRIS), "--learning-rate", "0.1,1,1e30", "--seeds", 3))
    again = trained(mlpexp("sweep", "--confirm", looked, "--seeds", 3, "--baseline", 0, "--arm", 1))
    rows = trials(again)
    lost = rows.assign(status=rows["status"].where(rows["arm"] == 0, "diverged"))
    lost.loc[lost["arm"] == 1, [name for name in lost if name.startswith(("final_", "best_"))]] = float("nan")
    lost.to_csv(unsealed(again) / "trials.csv", index=False)
    shown = mlpexp("compare", again)
    assert shown.code == 0, shown.err
    assert "has no result in any of 3 fresh seeds" in shown.out and "no answer: learning_rate=1" in shown.out
    assert "still undecided" not in shown.out and "0 fresh seeds" not in shown.out


def test_both_readings_are_said(mlpexp: Command, config: Write) -> None:
    looked = trained(mlpexp("sweep", "-c", config(IRIS), "--learning-rate", "0.01,1", "--seeds", 8))
    again = trained(mlpexp("sweep", "--confirm", looked, "--seeds", 8))
    verdict = pd.read_csv(again / "comparison.csv")["baseline_new_samples_verdict"][1]
    now, new = (line for line in (mlpexp("show", again).out.split("fresh seeds; for new samples: ")))
    assert "confirmed: " in now and new.startswith(f"{verdict}\n")
    record = summary(again)["confirms"]["arms"]
    assert record[1]["verdict"] in ("better", "worse") and record[1]["said"].startswith(f"{record[1]['verdict']} by ")


def test_no_number_of_seeds_that_nobody_asked_for(mlpexp: Command, config: Write) -> None:
    """Three seeds say little of the spread, so that thousands may be needed; one says nothing."""
    looked = trained(mlpexp("sweep", "-c", config(IRIS), *AXES, "--seeds", 3))
    before = sorted(Path("runs").iterdir())
    refused = mlpexp("sweep", "--confirm", looked, "--arm", 3, "--baseline", 4)
    assert refused.code == 2 and "say how many with --seeds N" in refused.err
    assert "fresh seeds" in refused.err and sorted(Path("runs").iterdir()) == before
    single = mlpexp("sweep", "-c", config(IRIS), *AXES, "--seeds", 1)
    assert f"`mlpexp sweep --confirm {trained(single)} --seeds N`" in single.out


def test_verdicts_that_will_be_missing_are_announced(mlpexp: Command, config: Write) -> None:
    fixed = config(IRIS + "split_seed: 0\n")
    looked = trained(mlpexp("sweep", "-c", fixed, "--learning-rate", "0.1,1", "--seeds", 2))
    plan = ("sweep", "--confirm", looked, "--dry-run", "--seeds")
    said = "too many predictions to keep, so there is no verdict for new samples"
    assert said not in mlpexp(*plan, 1000).err
    assert said in mlpexp(*plan, 3000).err
    redrawn = trained(mlpexp("sweep", "-c", config(IRIS), "--learning-rate", "0.1,1", "--seeds", 2))
    assert said not in mlpexp("sweep", "--confirm", redrawn, "--dry-run", "--seeds", 3000).err


def test_a_confirmation_remembers_looks_that_lie_elsewhere(mlpexp: Command, looked: Path) -> None:
    second = trained(mlpexp("sweep", "--confirm", looked, "--seeds", 4))
    answer = mlpexp("sweep", "--confirm", second, "--seeds", 4, "--runs-dir", "others")
    assert answer.code == 0, answer.err
    assert summary(last("others"))["seeds"] == [13, 14, 15, 16]


def test_the_default_number_is_the_high_end_and_dry_run_writes_nothing(mlpexp: Command, looked: Path) -> None:
    before = sorted(Path("runs").iterdir())
    answer = mlpexp("sweep", "--confirm", looked, "--dry-run", "--arm", "learning_rate=0.01,hidden_size=2")
    assert answer.code == 0, answer.err
    assert "nothing was trained or written" in answer.out and "fresh seeds, 9 to" in answer.err
    assert sorted(Path("runs").iterdir()) == before


@pytest.mark.slow
def test_a_confirmation_is_an_ordinary_sweep(mlpexp: Command, looked: Path) -> None:
    """Its config gives the same numbers; it is resumed, and trained by several workers."""
    again = trained(mlpexp("sweep", "--confirm", looked, "--seeds", 4, "--jobs", 2))
    copy = trained(mlpexp("sweep", "-c", again / "config.yaml"))
    assert (copy / "trials.csv").read_bytes() == (again / "trials.csv").read_bytes()
    assert summary(copy)["hash"] == summary(again)["hash"] and summary(copy)["confirms"] is None
    record = summary(again)
    (unsealed(again) / "summary.json").write_text(json.dumps({**record, "status": "interrupted", "outcome": None}))
    assert mlpexp("sweep", "--resume", again).code == 0
    assert summary(again) == record


def test_folds_are_confirmed_in_whole_repetitions(mlpexp: Command, config: Write) -> None:
    looked = trained(mlpexp("sweep", "-c", config(FOLDS), "--learning-rate", "0.1,1", "--seeds", 7))
    again = trained(mlpexp("sweep", "--confirm", looked, "--seeds", 5))
    assert summary(again)["seeds"] == [10, 11, 12, 13, 14]


def test_arms_of_every_design_can_be_named(mlpexp: Command, config: Write) -> None:
    sampled = ("--method", "sobol", "--trials", 12, "--learning-rate", "log_uniform(0.01,1)", "--hidden-size", "2,3,4")
    alone = ("--method", "one_at_a_time", "--learning-rate", "0.1,1", "--batch-size", "35,7")
    kinds = ("--over", "optimizer=sgd,adam", "--match", "parameters", "--hidden-size", "[4],[3]")
    for design in (sampled, alone, kinds):
        looked = trained(mlpexp("sweep", "-c", config(IRIS), *design, "--seeds", 3))
        again = trained(mlpexp("sweep", "--confirm", looked, "--seeds", 3, "--baseline", 0, "--arm", 1, "--arm", 2))
        before, after = (json.loads((path / "plan.json").read_text())["arms"] for path in (looked, again))
        assert [arm["identity"] for arm in after] == [arm["identity"] for arm in before[:3]]


def test_a_table_of_ones_own(mlpexp: Command, sheltered_table: Path) -> None:
    looked = trained(
        mlpexp(
            "sweep",
            "--data",
            sheltered_table,
            "--target",
            "kind",
            "--learning-rate",
            "0.1,1",
            "--epochs",
            3,
            "--seeds",
            3,
        )
    )
    moved = sheltered_table.rename(sheltered_table.with_name("moved.csv"))
    refused = mlpexp("sweep", "--confirm", looked, "--seeds", 3)
    assert refused.code == 2 and "--table FILE names it" in refused.err
    again = trained(mlpexp("sweep", "--confirm", looked, "--seeds", 3, "--table", moved))
    assert summary(again)["seeds"] == [3, 4, 5]
    moved.write_text(moved.read_text().replace("1.5", "2.5"))
    changed = mlpexp("sweep", "--confirm", looked, "--seeds", 3, "--table", moved)
    planned = mlpexp("sweep", "--confirm", looked, "--seeds", 3, "--table", moved, "--dry-run")
    for answer in (changed, planned):
        assert answer.code == 2 and "the data have changed since the sweep began" in answer.err
    assert planned.out == ""


@pytest.fixture
def sheltered_table() -> Path:
    path = Path("flowers.csv").absolute()
    path.write_text("length,kind\n" + "".join(f"{i % 7 + 0.5 + i / 50},{'ab'[i % 7 > 3]}\n" for i in range(60)))
    return path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--learning-rate", "1"], "asks the question of a result again; it cannot be combined with --learning-rate"),
        (["--over", "epochs=1,2"], "it cannot be combined with --over"),
        (["--seeds", "0"], "--seeds 0: takes a number from 2 to 100,000"),
        (["--arm", "9"], "--arm 9: is none of the 6 arms; choose: 0 ("),
        (["--arm", "hidden_size=8"], "is none of the 6 arms; choose: 0 (learning_rate=0.01, hidden_size=2); "),
        (["--arm", "learning_rate=1"], "is 2 of the 6 arms; choose: 4 (learning_rate=1, hidden_size=2); "),
        (["--arm", "0", "--baseline", "0"], "is the arm to compare with; name another"),
        (["--resume", "last"], "--resume: goes on with the sweep as it was; it cannot be combined with --confirm"),
    ],
)  # fmt: skip
def test_what_cannot_be_confirmed_is_one_sentence(
    arguments: list[str], message: str, mlpexp: Command, looked: Path
) -> None:
    before = sorted(Path("runs").iterdir())
    answer = mlpexp("sweep", "--confirm", looked, *arguments)
    assert answer.code == 2 and message in answer.err, answer.err
    assert sorted(Path("runs").iterdir()) == before


def test_results_that_cannot_be_confirmed(mlpexp: Command, config: Write) -> None:
    def refused(path: Path) -> str:
        answer = mlpexp("sweep", "--confirm", path)
        assert answer.code == 2
        return answer.err

    assert mlpexp("train", "-c", config(IRIS)).code == 0
    assert "has one arm, so there is nothing to compare" in refused(last())
    mlpexp("sweep", "-c", config(IRIS), "--learning-rate", "1e29,1e30", "--seeds", 2)
    assert "has no result in any seed" in refused(last())
    assert mlpexp("sweep", "-c", config(IRIS), "--noise-floor", 2).code == 0
    assert "varies seeds" in refused(last())
    sweep = trained(mlpexp("sweep", "-c", config(IRIS), *AXES, "--seeds", 2))
    (unsealed(sweep) / "summary.json").write_text(
        json.dumps({**summary(sweep), "status": "interrupted", "outcome": None})
    )
    assert "this sweep has not ended" in refused(sweep)
    arm = mlpexp("sweep", "-c", config(IRIS), *AXES, "--arm", "1")
    assert arm.code == 2 and "--arm 1: names an arm of a result, beside --confirm" in arm.err


def test_listed_arms_in_a_config(mlpexp: Command, config: Write) -> None:
    arms = "sweep: {arms: [{learning_rate: 0.1, batch_size: 35}, {learning_rate: 1}], seeds: 2}\n"
    assert mlpexp("sweep", "-c", config(IRIS + arms)).code == 0
    assert summary(last())["num_arms"] == 2
    for section, message in (
        ("arms: [{learning_rate: 1}], over: {batch_size: [1, 2]}", "sweep.over: means nothing beside sweep.arms"),
        ("arms: [{learning_rate: 1}, {learning_rate: 1}]", "this arm is there twice"),
        ("arms: [{learning_rat: 1}]", "did you mean"),
    ):
        answer = mlpexp("sweep", "-c", config(IRIS + f"sweep: {{{section}}}\n"))
        assert answer.code == 2 and message in answer.err, answer.err


def test_fresh_seeds_lie_after_all_that_were_used_or_between() -> None:
    assert fresh_seeds([(0, 9), (40, 49)], 20) == range(50, 70)
    assert fresh_seeds([(0, 9)], 5, 4) == range(12, 17)
    end = 2**63
    assert fresh_seeds([(0, 9), (end - 5, end - 1)], 6) == range(10, 16)
    assert fresh_seeds([(100, end - 1)], 100) == range(100)
    with pytest.raises(InputError, match="not so many seeds"):
        fresh_seeds([(100, end - 1)], 101)
