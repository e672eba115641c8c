"""What the command line says of the experiment: a config, changes of it, and short words; and the config that it makes."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.api.given import config_path
from mlpexp.config.words import BY_NAME, Typed, key_of
from mlpexp.errors import InputError, Place

if TYPE_CHECKING:
    from mlpexp.config.yaml_source import Override, Source

RUNS = Path("runs")


@dataclass(frozen=True)
class Given:
    """What the command line says of the experiment."""

    config: str | None = None
    """A file, a result or an example, as it was typed; None: none."""
    words: dict[str, str] = field(default_factory=dict)
    """The short options that were given, by word: ``{"learning_rate": "0.1"}``."""
    set_: tuple[str, ...] = ()
    """``KEY=VALUE`` texts."""
    data: str | None = None
    """A table of the user's own."""
    target: str | None = None
    """Its column to predict."""
    by_option: bool = False
    """Whether the config came with ``--config``."""

    @property
    def options(self) -> list[str]:
        """The options that were given, as they are written."""
        config = "--config" if self.by_option else "CONFIG"
        options = {config: self.config, "--set": self.set_, "--data": self.data, "--target": self.target}
        named = [option for option, value in options.items() if value not in (None, ())]
        return [*named, *(BY_NAME[word].option for word in self.words)]

    @property
    def axes(self) -> list[Typed]:
        """Words with several values."""
        return [typed for typed in self._typed if is_several(typed.text)]

    @property
    def single(self) -> list[Typed]:
        """Words with one value."""
        return [typed for typed in self._typed if not is_several(typed.text)]

    @property
    def _typed(self) -> list[Typed]:
        return [Typed(word, text, f"{BY_NAME[word].option} {text}") for word, text in self.words.items()]

    def source(self, command: str, runs_dir: Path = RUNS, **others: object) -> "tuple[Source, Path]":
        """The config as plain data, with all changes, and where it was read.

        Args:
            command: For the example in an error.
            runs_dir: Where ``last`` is looked for.
            others: Values of further keys, such as ``name`` and ``device``, which came as options; None: not given.

        Raises:
            InputError: There is no config, or something is wrong with it.
        """
        from mlpexp.config.load import changed_source
        from mlpexp.config.shipped import at_home
        from mlpexp.config.yaml_source import read_yaml
        from mlpexp.planning.own_table import leave_out_unsuitable, of_default_network, table_source, use_table

        if self.config is not None:
            path = config_path(self.config, runs_dir)
            source = read_yaml(path)
            if self.data is not None:
                use_table(source, self.data, self.target, self._said_of_table)
            changed = changed_source(source, path, self.overrides(**others))
            if self.data is not None:
                leave_out_unsuitable(changed)
            return changed, path
        if self.target is not None and self.data is None:
            raise InputError("--target: of which table? name it with --data FILE")
        if self.data is None:
            raise InputError(
                f"{command}: which config? for example `mlpexp {command} iris/mlp`; `mlpexp examples` lists more"
            )
        path = at_home(self.data)
        overrides = [of_default_network(override) for override in self.overrides(**others)]
        names = [override.value for override in overrides if override.key == "model.name"]
        network = next((name for name in names if isinstance(name, str)), None)
        source = table_source(self.data, self.target, self._said_of_table, network)
        return changed_source(source, path, overrides), path

    def without(self, word: str) -> "Given":
        """The same but for one word."""
        return replace(self, words={name: text for name, text in self.words.items() if name != word})

    def understood(self, source: "Source", path: Path) -> list[str]:
        """What was understood, where the user did not say it: to be shown before training."""
        if self.data is not None and self.config is None:
            return []
        return ([f"config: {path}"] if str(path) != self.config else []) + self.notes(source)

    def notes(self, source: "Source") -> list[str]:
        """What was understood of options, where the user did not say it."""
        from mlpexp.config.switching import rate_stays

        keys = (_set_key(text).rpartition(".")[2] for text in self.set_ if _set_key(text) != "optimizer")
        return source.notes + self._lost(source) + rate_stays(source.data, {*self.words, *keys})

    def _lost(self, source: "Source") -> list[str]:
        """What the optimizers of an axis do not have of the config's section."""
        from mlpexp.config.switching import in_words

        section = source.data.get("optimizer")
        axes = [axis for axis in self.axes if axis.key == "optimizer"]
        names = [name.strip(" []") for axis in axes for name in axis.text.split(",")]
        return [line for name in names for line in in_words(section, name)] if isinstance(section, dict) else []

    @property
    def _said_of_table(self) -> dict[str, object]:
        """The keys of ``dataset:`` that come with ``--set``."""
        overrides = [(override.key.partition("."), override.value) for override in overrides_from(self.set_)]
        return {key: value for (section, _, key), value in overrides if section == "dataset"}

    def overrides(self, **others: object) -> "list[Override]":
        """All changes of the config: ``--set``, words, and further keys; None: not given.

        Raises:
            InputError: A key is there twice.
        """
        from mlpexp.config.yaml_source import Override, parse_value

        for text in self.set_:
            key = key_of(_set_key(text))
            twice = next((typed for typed in self._typed if key_of(typed.key) == key), None)
            if twice:
                raise InputError(f"--set {text}: {key} is there twice, with {twice.written}")
        is_new = self.target is not None and self.data is None
        target = [Override("dataset.target", self.target, Place(f"--target {self.target}"))] if is_new else []
        words = [
            Override(typed.key, parse_value(_without_brackets(typed), typed.place), typed.place)
            for typed in self.single
        ]
        return [*target, *overrides_from(self.set_), *words, *overrides_from((), **others)]


def _set_key(text: str) -> str:
    """The key of a ``--set`` text."""
    return text.partition("=")[0].strip()


def is_several(text: str) -> bool:
    """Whether a text is a list or range rather than one value; a comma inside braces separates no values."""
    return bool(re.match(r"\s*[a-z_]+\s*\(", text)) or "," in re.sub(r"\{[^{}]*\}", "", text)


def _without_brackets(typed: Typed) -> str:
    """``[0.1]`` as ``0.1``, but for a word whose value may be a list."""
    inner = typed.text.strip()
    return inner[1:-1] if inner[:1] == "[" and inner[-1:] == "]" and typed.key != "activation" else typed.text


def overrides_from(texts: "tuple[str, ...] | list[str] | None", **shortcuts: object) -> "list[Override]":
    """``--set`` options, then shortcuts such as ``--device cpu``, by key; those not given are left out."""
    from mlpexp.config.yaml_source import Override, override_in

    sets = [override_in(text, f"--set {text}") for text in texts or ()]
    given = [(key, value) for key, value in shortcuts.items() if value is not None]
    return sets + [Override(key, value, Place(f"--{key.rpartition('.')[2]} {value}")) for key, value in given]
