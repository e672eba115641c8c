"""The question: what the config says of itself, and what was looked at."""

from collections.abc import Sequence

from mlpexp.config.scores import PARTS
from mlpexp.config.shipped import Header, example_names, example_path, header
from mlpexp.config.words import key_of
from mlpexp.errors import MlpexpError
from mlpexp.planning.plan import make_plan
from mlpexp.report.document.blocks import Bullets, Code, Paragraph, Prose
from mlpexp.report.document.document import Section
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.sentences import capital
from mlpexp.report.words import counted, listed, span
from mlpexp.store.frames import Absent

MOST_VALUES = 20  # of an axis that are written out
OF_CONFIG = " of the config as it was written"
CHANGES_NOTHING = {"--config", "--runs-dir", "--name", "--quiet", "-q"}  # options


def question(material: Material) -> Section:
    """Description and first comment of the config; the data, the network and the number of trainings."""
    comment, of_which, example = _comment(material)
    remarks = list(comment.remarks)
    commented = comment.question or " ".join(remarks[:1])
    said = remarks if comment.question else remarks[1:]
    description = str(material.config.get("description", "")).strip()
    asked = [text for text in (description, _asked_by_command(material)) if text]
    if not asked:
        asked, commented = [commented], ""
    blocks = [Paragraph((text,), important=True) for text in asked if text]
    if commented and commented not in asked:
        blocks.append(Paragraph((f"Question of {f'the example {example}' if example else 'the config'}: {commented}",)))
    blocks += [Paragraph((text,)) for text in said]
    blocks += [Paragraph((f"Expected{of_which}: {comment.expected}",))] if comment.expected else []
    return Section("question", "The question", [*blocks, Bullets(_looked_at(material))])


def _comment(material: Material) -> tuple[Header, str, str]:
    """The first comment of the config, of what it expects something, and the example whose comment it is.

    Where an older result has no comment, it is that of the example.
    """
    own = header(material.result.folder.config)
    words = _command(material)
    names = [name for name in words if name in example_names()]
    if own.question or own.expected or own.remarks:
        theirs = [name for name in names if header(example_path(name)) == own or _question_of(name) == own.question]
        return own, "" if _is_as_written(words) else OF_CONFIG, (theirs or [""])[0]
    names = [name for name in names if _is_of(material, name)]
    if not names:
        return own, OF_CONFIG, ""
    return header(example_path(names[0])), f" of the example {names[0]} as it is", names[0]


def _question_of(example: str) -> str:
    return header(example_path(example)).question


def _command(material: Material) -> list[str]:
    return list(map(str, material.result.environment.get("command", [])))


def _is_as_written(words: Sequence[str]) -> bool:
    """Whether a command changes nothing of its config; an older result does not tell it."""
    options = {word.partition("=")[0] for word in words if word.startswith("-")}
    return bool(words) and options <= CHANGES_NOTHING


def _asked_by_command(material: Material) -> str:
    """What axes that the command added to a config ask; empty without any."""
    summary = material.result.summary
    words = [word.removeprefix("--over=").partition("=")[0] for word in _command(material)]
    typed = {key_of(word.lstrip("-").replace("-", "_")) for word in words}
    axes = [f"{axis.label} ({listed_values(axis.values)})" for axis in summary.axes if axis.key in typed]
    return f"How does {summary.metric.label} change with {listed(axes)}?" if axes else ""


def _is_of(material: Material, example: str) -> bool:
    """Whether the config is that of an example, in all that decides the numbers."""
    try:
        return (
            make_plan(example_path(example), (), material.result.summary.planned_by).hash
            == material.result.summary.hash
        )
    except MlpexpError:
        return False


def _looked_at(material: Material) -> list[Prose]:
    summary = material.result.summary
    items: list[Prose] = [(f"Data: {_data(material)}.",), (f"Network: {_network(material)}.",)]
    for axis in summary.axes:
        items.append((f"Varied: {axis.label} (", Code(axis.key), f"): {listed_values(axis.values)}."))
    return [*items, (_times(material),)]


def _data(material: Material) -> str:
    """``iris, 105 train, 45 test samples``, of a sweep over all its arms."""
    summary = material.result.summary
    sizes = {arm.prepared.sizes for arm in material.plan.arms} if summary.axes and material.plan else set()
    names = _of_axis(material, "dataset.name") or summary.dataset.title
    if len(sizes) < 2:
        return f"{names}, {summary.dataset.in_words()} samples"
    ends = {
        part: span(min(of_part), max(of_part), "{:,}")
        for part in PARTS
        if any(of_part := [getattr(size, part) for size in sizes])
    }
    return f"{names}, {', '.join(f'{words} {part}' for part, words in ends.items())} samples, by arm"


def _network(material: Material) -> str:
    """``mlp, 131 parameters``, of a sweep over all its arms."""
    summary = material.result.summary
    names = _of_axis(material, "model.name") or summary.model.name
    counts = _parameters(material)
    if not counts:
        return names
    by_arm = ", by arm" if min(counts) < max(counts) else ""
    return f"{names}, {span(min(counts), max(counts), '{:,}')} parameters{by_arm}"


def _parameters(material: Material) -> list[int]:
    """Of each arm; empty where it is not known any more."""
    summary = material.result.summary
    if not summary.axes:
        return [summary.model.parameters] if summary.model.parameters else []
    try:
        return [int(count) for count in material.result.arms["parameters"]]
    except (Absent, KeyError, ValueError):
        return []


def _of_axis(material: Material, key: str) -> str:
    """All values of an axis; empty where it is none."""
    section = key.partition(".")[0]
    return next((listed_values(axis.values) for axis in material.result.summary.axes if axis.key in (key, section)), "")


def _times(material: Material) -> str:
    """How many trainings there are, or will be."""
    summary = material.result.summary
    num_seeds, trained = len(summary.seeds), "trained" if material.has_ended else "to be trained"
    if summary.axes:
        each = f"{summary.num_arms:,} arms, each {trained} with {counted(num_seeds, 'seed')}"
        return f"{each}: {counted(summary.num_trials, 'training')}."
    times = "once" if num_seeds == 1 else f"{num_seeds} times, each time with another seed"
    return capital(f"{trained} {times}.")


def listed_values(values: Sequence[str]) -> str:
    """``2, 4, 8``; of very many the first."""
    more = f" and {len(values) - MOST_VALUES} more" if len(values) > MOST_VALUES else ""
    return ", ".join(values[:MOST_VALUES]) + more
