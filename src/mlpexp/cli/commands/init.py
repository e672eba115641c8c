"""``mlpexp init``."""

import sys
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.experiment_options import TARGET
from mlpexp.cli.options import option
from mlpexp.errors import InputError, Place

if TYPE_CHECKING:
    from mlpexp.config.yaml_source import Source
    from mlpexp.planning.first_config import Wish
    from mlpexp.planning.plan import Plan

NONE = "none"
NEW = "config.yaml"  # a name for a config that has no file yet


def init(
    data: Annotated[
        str | None,
        option("--data", metavar="DATA", help="A data set such as iris, a table, or a folder or .npz of pictures."),
    ] = None,
    target: TARGET = None,
    model: Annotated[
        str | None, option("--model", metavar="NAME", help="The network, such as mlp [default: what suits].")
    ] = None,
    sweep: Annotated[
        str | None,
        option("--sweep", metavar="WORDS", help="What to compare, such as learning_rate or hidden_size,activation."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        option("--set", "-s", metavar="KEY=VALUE", help="What else it says, such as dataset.missing=drop; repeatable."),
    ] = None,
    output: Annotated[
        Path | None,
        option("--output", "-o", metavar="FILE", help="The new file [default: the name of the data, .yaml]."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Write a first config, with comments that say what else each key may be; asks where no option is given."""
    from mlpexp.cli.given import overrides_from
    from mlpexp.planning.first_config import Wish

    if all(value is None for value in (data, target, model, sweep, set_, output)):
        wish, file = _asked(force=force)
    else:
        wish = Wish(
            Wish.data if data is None else data, target, model, _axes(sweep or NONE), tuple(overrides_from(set_))
        )
        file = output or _usual_file(wish)
    _write(wish, file, force=force)


def _asked(*, force: bool) -> "tuple[Wish, Path]":
    """What the answers on a terminal say, and the file that is to be written."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError("init: here is no terminal to ask on; name the data, for example `mlpexp init --data iris`")
    from mlpexp.cli.printing import print_sentences
    from mlpexp.cli.questions import ask
    from mlpexp.planning.first_config import AXES, Wish, data_names, drafted

    here = Path()
    print_sentences([f"Data sets: {', '.join(data_names())}; or the path of a table, or of a folder of pictures."])
    data = ask("Which data", Wish.data, _known)
    columns = _columns(data)
    target = None
    if columns:
        print_sentences([f"Columns: {', '.join(columns)}"])
        target = ask("Which column is predicted", columns[-1], lambda answer: drafted(Wish(data, answer), here))
    wish = _mended(Wish(data, target), here)
    usual = str(drafted(wish, here).data["model"]["name"])
    model = ask("Which network (mlp, cnn, som)", usual, lambda answer: _checked(replace(wish, model=answer), here))
    wish = replace(wish, model=model)
    print_sentences([f"A sweep compares values of {', '.join(AXES)}."])
    varied = ask("What to compare", NONE, lambda answer: _checked(replace(wish, sweep=_axes(answer)), here))
    wish = replace(wish, sweep=_axes(varied))
    return wish, Path(
        ask("Which file", str(_usual_file(wish)), lambda answer: _refuse_there(Path(answer), force=force))
    )


def _mended(wish: "Wish", folder: Path) -> "Wish":
    """The wish with what must be said of its data before they can be read, which is asked for."""
    from mlpexp.cli.given import overrides_from
    from mlpexp.cli.printing import print_sentences
    from mlpexp.cli.questions import ask
    from mlpexp.config.load import validated
    from mlpexp.planning.config_text import config_text
    from mlpexp.planning.first_config import drafted

    def changed(text: str) -> "Wish":
        return replace(wish, changes=(*wish.changes, *overrides_from([text])))

    def refuse_wrong(text: str) -> None:
        if text != NONE:
            validated(_source(config_text(drafted(changed(text), folder), "", ()), changed(text), folder))

    while True:
        try:
            _checked(wish, folder)
        except InputError as error:
            print_sentences([str(error)])
            text = ask("Which key mends it, such as dataset.missing=drop", NONE, refuse_wrong)
            if text == NONE:
                raise
            wish = changed(text)
        else:
            return wish


def _usual_file(wish: "Wish") -> Path:
    return Path(f"{Path(wish.data).stem}.yaml")


def _refuse_there(file: Path, *, force: bool) -> None:
    if (file.exists() or file.is_symlink()) and not force:
        raise InputError(f"{file}: is there already; name another file with -o, or write over it with --force")


def _axes(answer: str) -> tuple[str, ...]:
    return () if answer in ("", NONE) else tuple(word.strip().replace("-", "_") for word in answer.split(","))


def _known(data: str) -> None:
    """Refuses data that there are not."""
    from mlpexp.planning.first_config import Wish, data_names, drafted

    if data not in data_names() and not _columns(data):
        drafted(Wish(data), Path())


def _columns(data: str) -> list[str]:
    """The columns of a table; none of other data."""
    from mlpexp.config.shipped import at_home
    from mlpexp.data.tables.header import Asked
    from mlpexp.data.tables.table_file import Reading, columns_in
    from mlpexp.planning.own_pictures import are_pictures

    path = at_home(data)
    if not path.is_file() or are_pictures(path):
        return []
    return list(columns_in(path, Reading(Asked(None, None, ()), None))[0])


def _checked(wish: "Wish", folder: Path, name: str = "FILE") -> "tuple[str, Plan]":
    """The text of the config, and what it is planned as; its comments call it by a name, as a shell has it.

    Raises:
        InputError: It cannot be trained.
    """
    from mlpexp.api.checking import plan_to_check
    from mlpexp.cli.given import RUNS
    from mlpexp.planning.config_text import config_text
    from mlpexp.planning.first_config import drafted
    from mlpexp.planning.own_table import tell_of_table

    draft, said = drafted(wish, folder), list[str]()

    def planned(text: str) -> "Plan":
        return plan_to_check(_source(text, wish, folder), folder / NEW, RUNS, said.append)

    plan = planned(config_text(draft, "", ()))
    tell_of_table(plan, said.append, chosen=False)
    text = config_text(draft.known(plan.base.experiment, plan.base.facts), name, said)
    return text, planned(text)


def _source(text: str, wish: "Wish", folder: Path) -> "Source":
    """The config as plain data; what was typed is said once more, so that messages name it as it was typed."""
    from mlpexp.config.load import changed_source
    from mlpexp.config.yaml_source import Override, yaml_in

    typed = [] if wish.model is None else [Override("model.name", wish.model, Place(f"--model {wish.model}"))]
    return changed_source(yaml_in(text, "the new config"), folder / NEW, [*typed, *wish.changes])


def _write(wish: "Wish", file: Path, *, force: bool) -> None:
    from mlpexp.cli.printing import print_sentences
    from mlpexp.report.tables.sweep_plan import validity_sentence

    _refuse_there(file, force=force)
    if file.exists() and Path(wish.data).exists() and file.samefile(wish.data):
        raise InputError(f"{file}: holds the data; name another file with -o")
    text, plan = _checked(wish, file.parent, quote(str(file)) if str(file).isprintable() else "FILE")
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{file}: cannot be written: {error.strerror or error}") from None
    command = "sweep" if plan.planned_by == "sweep" else "train"
    print_sentences([f"{file}: {validity_sentence(plan)}", f"next: mlpexp {command} {quote(str(file))}"])
