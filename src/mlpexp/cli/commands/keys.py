"""``mlpexp keys``."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import Wide, check_format, option
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from mlpexp.config.key_facts import KeyFacts
    from mlpexp.planning.value_origins import Origin

FORMATS = ("table", "markdown", "json")


def keys(
    key: Annotated[
        str | None,
        typer.Argument(metavar="[KEY]", help="A key, a short word, or a section such as training.", show_default=False),
    ] = None,
    config: Annotated[
        str | None,
        option("--config", "-c", metavar="CONFIG", help="Show the values of this config, and where each is from."),
    ] = None,
    set_: Annotated[
        list[str] | None, option("--set", "-s", metavar="KEY=VALUE", help="Change a key of it first.")
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="table, markdown or json.")] = "table",
    wide: Wide = False,
) -> None:
    """Explain the keys of a config: meaning, type, default, range, and where a value comes from."""
    check_format(format_, FORMATS)
    if set_ and config is None:
        raise InputError("--set: of which config? name it with --config")
    from mlpexp.cli.printing import print_as, print_sentences
    from mlpexp.config.key_facts import facts_named, key_facts
    from mlpexp.report.tables.keys import key_records, key_sentences, keys_table

    facts = list(key_facts()) if key is None else facts_named(key)
    origins: dict[str, Origin] = {}
    if config is not None:
        facts, origins = _in_config(config, set_ or [], facts, key)
    if format_ == "json":
        typer.echo(json.dumps(key_records(facts, origins), indent=2, ensure_ascii=False))
    elif format_ == "table" and key is not None and len({each.path for each in facts}) == 1:
        print_sentences(key_sentences(facts, origins))
    else:
        print_as(keys_table(facts, origins), format_, wide=wide)


def _in_config(
    config: str, sets: "list[str]", facts: "list[KeyFacts]", typed: str | None
) -> "tuple[list[KeyFacts], dict[str, Origin]]":
    """The keys that a config can have, and by key its values and where they come from."""
    from mlpexp.api.checking import plan_to_check
    from mlpexp.cli.given import RUNS, Given
    from mlpexp.cli.printing import say
    from mlpexp.planning.value_origins import forms_in, origin_of

    source, path = Given(config, {}, tuple(sets)).source("keys")
    plan = plan_to_check(source, path, RUNS, say(quiet=True))
    forms = forms_in(facts, plan)
    in_place = {facts[0].path: typed} if typed and typed.count(".") == facts[0].path.count(".") else {}
    places = {each.path: (in_place.get(each.path, each.path), each.default) for each in forms}
    return forms, {path: origin_of(place, default, source, plan) for path, (place, default) in places.items()}
