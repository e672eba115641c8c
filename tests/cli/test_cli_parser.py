"""What the option parser refuses: one sentence in the style of every other error, exit code 2, nothing written."""

from pathlib import Path

import pytest
import typer

from making.command_line import Command
from mlpexp.cli.main import app
from mlpexp.cli.parser.click_names import options_of
from mlpexp.cli.parser.suggestions import COMMANDS, DONE_OTHERWISE, OPTIONS

PROGRAM = typer.main.get_command(app)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("train --lr 0.1", "--lr: unknown option; did you mean --learning-rate?"),
        ("train -lr 0.1", "-lr: unknown option; did you mean --learning-rate?"),
        ("train --epoch 3", "--epoch: unknown option; did you mean --epochs?"),
        ("train --hidden 3", "--hidden: unknown option; did you mean --hidden-size?"),
        ("train --bs 3", "--bs: unknown option; did you mean --batch-size?"),
        ("sweep --acc test_loss", "--acc: unknown option; did you mean --metric?"),
        ("sweep --act relu", "--act: unknown option; did you mean --activation?"),
        ("train --learning_rate 1", "--learning_rate: unknown option; did you mean --learning-rate?"),
        ("train --Seeds=3", "--Seeds: unknown option; did you mean --seeds?"),
        ("train --gpu", "--gpu: unknown option; did you mean --device?"),
        ("train --n-jobs 2", "--n-jobs: unknown option of train; --jobs is an option of sweep"),
        ("train --over a=b", "--over: not an option of train, but of sweep"),
        ("train --dry", "--dry: unknown option of train; --dry-run is an option of sweep"),
        (
            "train --momentum 0.9",
            "--momentum: unknown option; write --set optimizer.momentum=VALUE; `mlpexp train --help` shows all",
        ),
        ("list --zzz", "--zzz: unknown option; `mlpexp list --help` shows all"),
        ("sweep --jobs many", "--jobs: 'many' is not a whole number"),
        ("watch last --every 0", "--every: 0 is too small; expected a whole number of at least 1"),
        ("watch last --every 1.5", "--every: '1.5' is not a whole number"),
        ("sweep --jobs 1.5", "--jobs: '1.5' is not a whole number"),
        ("find-lr --low abc", "--low: 'abc' is not a number"),
        ("sweep --jobs", "--jobs: a value is missing; expected --jobs N"),
        ("train --name --seeds 3", "--name: a value is missing; --seeds is an option"),
        ("train --quiet=3", "--quiet: takes no value"),
        ("train -seeds 3", "-seeds: has one dash; write --seeds"),
        ("train \u2013seeds 3", "\u2013seeds: begins with another character than -; write --seeds"),
        ("train \u2014lr 3", "\u2014lr: begins with another character than -; write --learning-rate"),
        ("train -x", "-x: unknown option; `mlpexp train --help` shows all"),
        ("show", "RESULT: missing; for example `mlpexp show last`"),
        ("show a b", "show: takes one RESULT; 'b' is not expected here"),
        ("list foo", "list: takes options only; 'foo' is not expected here"),
        ("train a epochs=3", "epochs=3: is not expected here; write --epochs 3"),
        ("train a lr=3", "lr=3: is not expected here; write --learning-rate 3"),
        ("train a device=cpu", "device=cpu: is not expected here; write --set device=cpu"),
        ("train -e 3", "-e: unknown option; `mlpexp train --help` shows all"),
        ("train --hep", "--hep: unknown option; did you mean --help?"),
        ("trian", "trian: unknown command; did you mean train?"),
        ("Train", "Train: unknown command; did you mean train?"),
        ("lr_find", "lr_find: unknown command; did you mean find-lr?"),
        ("iris.yaml", "iris.yaml: is not a command; did you mean `mlpexp train iris.yaml`?"),
        ("help train", "help: unknown command; write `mlpexp --help`, or `mlpexp COMMAND --help`"),
        ("--zzz", "--zzz: unknown option; `mlpexp --help` shows all commands"),
        ("--Version", "--Version: unknown option; did you mean --version?"),
        ("--config a.yaml train", "--config: comes after the command, for example `mlpexp train --config`"),
    ],
)
def test_what_is_refused_is_said_in_one_sentence(mlpexp: Command, tmp_path: Path, typed: str, said: str) -> None:
    result = mlpexp(*typed.split())
    assert (result.code, result.out, result.err) == (2, "", f"error: {said}\n")
    assert list(tmp_path.iterdir()) == []


def test_an_option_of_other_commands_names_them(mlpexp: Command) -> None:
    having = [name for name, command in PROGRAM.commands.items() if "--learning-rate" in options_of(command)]
    said = mlpexp("compare", "last", "--learning-rate", 0.1).err
    assert said.startswith("error: --learning-rate: not an option of compare, but of ")
    assert [name for name in having if name in said] == having
    said = mlpexp("list", "--lr", 0.1).err
    assert said.startswith("error: --lr: unknown option of list; --learning-rate is an option of ")


def test_what_looks_like_a_mistake_is_left_alone_where_it_is_none(mlpexp: Command) -> None:
    assert "--low: -1 is not between" in mlpexp("find-lr", "-c", "absent.yaml", "--low", -1).err
    assert "\u2013seeds" in mlpexp("show", "--", "\u2013seeds").err  # a name may begin so
    assert mlpexp("show", "--", "\u2013seeds").err.startswith("error: \u2013seeds: there is no such result")


@pytest.mark.parametrize("word", [word for words in COMMANDS.values() for word in words])
def test_words_for_commands_mean_commands(mlpexp: Command, word: str) -> None:
    (meant,) = (command for command, words in COMMANDS.items() if word in words)
    assert mlpexp(word).err in (
        f"error: {word}: unknown command; did you mean {meant}?\n",
        f"error: {word}: unknown command; {DONE_OTHERWISE.get(word)}\n",
    )


def test_the_tables_of_words_name_what_is_there() -> None:
    options = {name for command in PROGRAM.commands.values() for name in options_of(command)}
    assert set(OPTIONS) <= options | {"--version", "--help"}
    assert set(COMMANDS) == set(PROGRAM.commands)
    words = [word for row in COMMANDS.values() for word in row]
    assert len(words) == len(set(words))
    assert not set(words) & set(PROGRAM.commands)
    assert not set(DONE_OTHERWISE) & (set(PROGRAM.commands) | set(words))


def test_the_program_alone_shows_its_help(mlpexp: Command) -> None:
    alone, asked = mlpexp(), mlpexp("--help")
    assert alone == asked
    assert (alone.code, alone.err) == (0, "")


def test_values_that_a_shell_cut_at_blanks_are_read_whole(mlpexp: Command) -> None:
    cut = mlpexp("sweep", "iris/mlp", "--learning-rate", "0.1,", "1", "--seeds", 2, "--dry-run")
    whole = mlpexp("sweep", "iris/mlp", "--learning-rate", "0.1,1", "--seeds", 2, "--dry-run")
    assert (cut.code, cut.out) == (whole.code, whole.out)
    assert cut.code == 0
