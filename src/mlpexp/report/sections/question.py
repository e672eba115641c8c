"""The question: what the config says of itself, and what was looked at."""

from collections.abc import Sequence

from mlpexp.config.shipped import Header, example_names, example_path, header
from mlpexp.report.document.blocks import Bullets, Code, Paragraph, Prose
from mlpexp.report.document.document import Section
from mlpexp.report.sections.material import Material
from mlpexp.report.words import counted

MOST_VALUES = 20  # of an axis that are written out


def question(material: Material) -> Section:
    """Description and first comment of the config; the data, the network and the number of trainings."""
    comment, example = _comment(material)
    asked = dict.fromkeys((comment.question, str(material.config.get("description", ""))))
    blocks = [Paragraph((text,), important=True) for text in asked if text]
    of_which = f" of the example {example} as it is" if example else " of the config as it was written"
    blocks += [Paragraph((f"Expected{of_which}: {comment.expected}",))] if comment.expected else []
    return Section("question", "The question", [*blocks, Bullets(_looked_at(material))])


def _comment(material: Material) -> tuple[Header, str]:
    """The first comment of the config, or of the example that the command named, and the name of that."""
    result = material.result
    named = [word for word in result.environment.get("command", []) if word in example_names()]
    if named:
        return header(example_path(named[0])), named[0]
    return header(result.folder.config), ""


def _looked_at(material: Material) -> list[Prose]:
    summary = material.result.summary
    num_seeds, parameters = len(summary.seeds), summary.model.parameters
    size = f", {parameters:,} parameters" if parameters else ""
    items: list[Prose] = [
        (f"Data: {summary.dataset.title}, {summary.dataset.in_words()} samples.",),
        (f"Network: {summary.model.name}{size}.",),
    ]
    for axis in summary.axes:
        items.append((f"Varied: {axis.label} (", Code(axis.key), f"): {_values(axis.values)}."))
    each = f"{summary.num_arms:,} arms, each trained with {counted(num_seeds, 'seed')}" if summary.axes else ""
    times = "once" if num_seeds == 1 else f"{num_seeds} times, each time with another seed"
    return [*items, (f"{each}: {summary.num_trials:,} trainings." if each else f"Trained {times}.",)]


def _values(values: Sequence[str]) -> str:
    more = f" and {len(values) - MOST_VALUES} more" if len(values) > MOST_VALUES else ""
    return ", ".join(values[:MOST_VALUES]) + more
