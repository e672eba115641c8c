"""Values that a shell has cut at blanks."""

import pytest

from mlpexp.cli.arguments import rejoined

VALUED = ["--learning-rate", "--seeds", "--set", "-s", "--data", "--name", "-c"]
OPTIONS = [*VALUED, "-q", "--quiet", "--resolved"]


@pytest.mark.parametrize(
    ("cut", "whole"),
    [
        ("sweep --learning-rate 0.001, 0.01 --seeds 3", ["sweep", "--learning-rate", "0.001, 0.01", "--seeds", "3"]),
        ("sweep --learning-rate 0.001 , 0.01 iris/mlp", ["sweep", "--learning-rate", "0.001 , 0.01", "iris/mlp"]),
        ("sweep --learning-rate [0.001, 0.01, 0.1]", ["sweep", "--learning-rate", "[0.001, 0.01, 0.1]"]),
        ("sweep --learning-rate log(1e-4, 1, 9) -q", ["sweep", "--learning-rate", "log(1e-4, 1, 9)", "-q"]),
        ("train --set dataset={name: csv, path: a.csv}", ["train", "--set", "dataset={name: csv, path: a.csv}"]),
        ("train -s model.hidden_sizes=[8, 8] iris/mlp", ["train", "-s", "model.hidden_sizes=[8, 8]", "iris/mlp"]),
        ("sweep --learning-rate=0.1, 1", ["sweep", "--learning-rate=0.1, 1"]),
        ("compare a, b", ["compare", "a,", "b"]),
        ("sweep --learning-rate 0.1, --seeds 3", ["sweep", "--learning-rate", "0.1,", "--seeds", "3"]),
        ("train --quiet iris/mlp", ["train", "--quiet", "iris/mlp"]),
        ("check --resolved a(1.yaml b.yaml", ["check", "--resolved", "a(1.yaml", "b.yaml"]),
        ("check -- --learning-rate a, b", ["check", "--", "--learning-rate", "a,", "b"]),
        ("check --data t(1.csv -s epochs=3", ["check", "--data", "t(1.csv", "-s", "epochs=3"]),
        ("check --data t(1.csv -q", ["check", "--data", "t(1.csv", "-q"]),
    ],
)  # fmt: skip
def test_what_belongs_together_is_joined(cut: str, whole: list[str]) -> None:
    assert rejoined(cut.split(" "), OPTIONS, VALUED) == whole


def test_words_that_were_quoted_stay_as_they_are() -> None:
    for words in (
        ["--data", "a,", ""], ["--data", "a\nb,", "c"], ["--data", "a,", "b\u00a0c"],
        ["train", "--name", "a,", "b c"], ["train", "--set", "description=first, then [second", "iris/mlp"],
    ):  # fmt: skip
        assert rejoined(words, OPTIONS, VALUED) == words
