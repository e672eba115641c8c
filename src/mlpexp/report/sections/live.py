"""The trained network itself, to be asked: by a drawing, a point, a row of the table, and over the epochs."""

from collections.abc import Mapping
from json import dumps
from typing import Any

from mlpexp.report.document.blocks import LiveNetwork, Paragraph
from mlpexp.report.document.document import Section
from mlpexp.report.drawing.style import class_style
from mlpexp.report.sections.material import Material

WITHOUT = "The page computes with the network itself where scripts are on; all else is complete without."


def live(material: Material) -> Section | None:
    """The network, or why there is none; None where nothing is said of it."""
    told = material.network
    if isinstance(told, str):
        blocks = [Paragraph((f"There is no network to try in this page: {told}.",))]
        return Section("live", TITLE, blocks) if told else None
    dumps(told, allow_nan=False)  # what no page can hold costs this section alone
    return Section("live", TITLE, [LiveNetwork("network", _caption(told), WITHOUT, _coloured(told))])


TITLE = "Try the network"


def _coloured(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """With a colour for each class of a plane, as in the figures: red, green and blue."""
    widget = told["widget"]
    if not widget.get("plane"):
        return told
    colours = [list(bytes.fromhex(class_style(number)[0].lstrip("#"))) for number, _ in enumerate(told["classes"])]
    return {**told, "widget": {**widget, "plane": {**widget["plane"], "colours": colours}}}


def _caption(told: Mapping[str, Any]) -> str:
    """Which network, which samples, which epochs."""
    said = [f"The network of {_chosen(told)}, with the weights of epoch {told['epoch']}, in single precision"]
    said.append(f"It starts from {told['samples_are']}")
    if any("true" in sample for sample in told["samples"]):
        said.append("Samples are numbered from 0, as in predictions.csv")
    count, known = told.get("num_epochs_shown", 0), told["num_epochs_kept"]
    if not known:
        said.append("With keep: {history: 30} in the config, the page goes through the epochs, too")
    elif known > count:
        said.append(f"Of {known} epochs whose weights were kept, the page has room for {count}")
    if told["widget"]["kind"] == "ink":
        said.append("Ink is cut out, scaled and put into the middle as the data set has it")
    return ". ".join(said) + "."


def _chosen(told: Mapping[str, Any]) -> str:
    """The arm and the seed, and why these."""
    arm = f"arm {told['arm']} (the best of {told['num_arms']} by validation), " if told["num_arms"] > 1 else ""
    if told["num_seeds"] == 1:
        return f"{arm}seed {told['seed']}"
    why = "the one with the median validation score" if told["is_median"] else "the first"
    return f"{arm}seed {told['seed']} ({why} of {told['num_seeds']})"
