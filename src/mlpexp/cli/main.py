"""The program ``mlpexp``: its commands, and the one place where errors become messages."""

import os
import sys
from collections.abc import Callable
from signal import SIGINT

import typer

from mlpexp.api.border import border
from mlpexp.cli.commands import (
    activations,
    check,
    compare,
    doctor,
    evaluate,
    examples,
    explain,
    export,
    find_lr,
    gradcheck,
    keys,
    listing,
    loss,
    mistakes,
    params,
    plot,
    predict,
    quantize,
    report,
    schema,
    show,
    sweep,
    train,
    watch,
)
from mlpexp.cli.failures import failure_of, not_text, unwritten
from mlpexp.cli.parser.parsing import Command, Program
from mlpexp.cli.streams import prepare_streams, why_unwritten
from mlpexp.errors import Interrupted, MlpexpError, visible
from mlpexp.execution.quiet import quiet_libraries

# Waiting OpenMP threads sleep rather than spin: on a busy machine spinning makes small convolutions 20 to 100 times slower
# (benchmarks/LOG.md). The variable is read when torch is loaded, which is later.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ["MPLBACKEND"] = "agg"  # figures are files: no window system is asked, and none that does not exist


app = typer.Typer(
    name="mlpexp",
    cls=Program,
    help="A laboratory for small neural networks: one YAML file is one experiment.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

# The commands in the groups of `mlpexp --help`, in its order, each with the example at the end of its own help.
COMMANDS: dict[str, tuple[tuple[str, Callable[..., None], str], ...]] = {
    "train and sweep": (
        ("train", train.train, "mlpexp train iris/mlp --epochs 50"),
        ("sweep", sweep.sweep, "mlpexp sweep iris/mlp --learning-rate 0.01,0.1,1"),
        ("check", check.check, "mlpexp check iris/mlp"),
        ("examples", examples.examples, "mlpexp examples iris/mlp --copy ."),
    ),
    "write a config": (
        ("keys", keys.keys, "mlpexp keys optimizer.learning_rate --config iris/mlp"),
        ("schema", schema.schema, "mlpexp schema -o schema.json"),
    ),
    "look at results": (
        ("list", listing.list_, "mlpexp list --sort=-score"),
        ("show", show.show, "mlpexp show last"),
        ("watch", watch.watch, "mlpexp watch last"),
        ("plot", plot.plot, "mlpexp plot last --plot-format svg"),
        ("compare", compare.compare, "mlpexp compare last --metric test_loss"),
        ("report", report.report, "mlpexp report last -o report.html"),
    ),
    "use what was trained": (
        ("predict", predict.predict, "mlpexp predict last flowers.csv --arm 1"),
        ("evaluate", evaluate.evaluate, "mlpexp evaluate last --on iris --arm 1"),
        ("quantize", quantize.quantize, "mlpexp quantize last --arm 1 --format markdown"),
        ("export", export.export, "mlpexp export last --to model.py --arm 1"),
        ("mistakes", mistakes.mistakes, "mlpexp mistakes last --arm 1 --most 25"),
    ),
    "understand": (
        ("explain", explain.explain, "mlpexp explain last --arm 0"),
        ("find-lr", find_lr.find_lr, "mlpexp find-lr iris/mlp --seeds 3"),
        ("gradcheck", gradcheck.gradcheck, "mlpexp gradcheck iris/mlp"),
        ("loss", loss.loss, "mlpexp loss --logits '2 1 0.1; 0 3 1' --labels 0,1"),
        ("activations", activations.activations, "mlpexp activations relu tanh --no-time"),
        ("params", params.params, "mlpexp params lenet5 mlp 4-16-3"),
    ),
    "set up": (("doctor", doctor.doctor, "mlpexp doctor"),),
}
for _group, _commands in COMMANDS.items():
    for _name, _function, _example in _commands:
        app.command(_name, cls=Command, rich_help_panel=_group, epilog=_example)(_function)


def _version(wanted: bool) -> None:
    if wanted:
        from mlpexp.execution.build_facts import build_line

        typer.echo(build_line())
        raise typer.Exit


@app.callback()
def _program(
    version: bool = typer.Option(
        False,
        "--version",
        callback=_version,
        is_eager=True,
        help="Print the version, and what the program runs on, and exit.",
    ),
) -> None:
    pass


@quiet_libraries()
def main() -> None:
    """Runs the command line; every failure ends in one sentence on standard error and an exit code.

    Exit codes: 0 done, 1 failed, 2 bad input, 130 interrupted (128 + signal number). With ``MLPEXP_DEBUG=1`` in the
    environment the traceback is shown as well.
    """
    prepare_streams()
    with border():
        code = _code()
        error = why_unwritten()
        if code == 0 and error is not None:
            code = _failed(error)
    sys.exit(code)


def _code() -> int:
    """Runs a command, and says why it failed."""
    try:
        for word in sys.argv[1:]:
            if not _is_text(word):
                raise not_text(word)
        return int(app(standalone_mode=False) or 0)
    except SystemExit as end:
        if isinstance(why_unwritten(), BrokenPipeError):  # `mlpexp list | head`: for rich and click a failure
            return 0
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except KeyboardInterrupt:
        return _failed(Interrupted("interrupted", SIGINT))
    except Exception as error:
        return _failed(error)


def _failed(error: Exception) -> int:
    """Says what an error is; its exit code."""
    output = why_unwritten() if isinstance(error, OSError) else None
    if isinstance(output, BrokenPipeError):
        return 0
    if output is not None:
        error = unwritten(output).with_traceback(error.__traceback__)
    failure = error if isinstance(error, MlpexpError) else failure_of(error)
    if failure is not None:
        _report(str(failure), error)
        return failure.exit_code
    text = (str(error) or "no message").splitlines()[0]
    _report(f"internal error: {type(error).__name__}: {text} (a defect of mlpexp; MLPEXP_DEBUG=1 shows where)", error)
    return 1


def _is_text(word: str) -> bool:
    """Whether the bytes that were typed are UTF-8."""
    try:
        os.fsencode(word).decode("utf-8")
    except UnicodeError:
        return False
    return True


def _report(message: str, error: BaseException) -> None:
    if os.environ.get("MLPEXP_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    print("\n".join(f"error: {visible(line)}" for line in message.split("\n")), file=sys.stderr)
