"""What the widgets of a page's network are made of, as a template: a page without scripts shows nothing of it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mlpexp.report.writers.page import words

Told = Mapping[str, Any]
SIDE, PLANE_SIDE = 196, 360  # in pixels
FAR = "Red fields: far outside the range of the data. Nothing like it was learned; the answer is a guess."
PAPER = "Paper to draw on; arrows move the pen, with shift it draws"


def live_markup(told: Told) -> str:
    """The template.

    Args:
        told: What the page is told of its network.
    """
    panels = [*_what_is_changed(told), _answer(told), _weights(told["weights"])]
    number = len(told["samples"])
    checked = f'checked: largest difference to PyTorch <output class="largest"></output> on {number} sample{"s" * (number > 1)}'
    return (
        f'<template><p class="bar">{"".join(_bar(told))}</p><div class="panels">{"".join(panels)}</div>'
        f'<p class="far">{FAR}</p><p class="checked">{checked}</p></template>'
    )


def _bar(told: Told) -> list[str]:
    options = "".join(
        f'<option value="{place}">{words(sample["words"])}</option>' for place, sample in enumerate(told["samples"])
    )
    bar = [f'<label>Start from <select class="sample">{options}</select></label>']
    if epochs := told["epochs"]:
        last, used = len(epochs) - 1, told["used"]
        slider = f'<input class="epochs" type="range" min="0" max="{last}" value="{used}">'
        bar.append(f'<label>Weights of {slider} <output class="epoch">{epochs[used]["words"]}</output></label>')
    if told["widget"]["kind"] == "ink":
        bar.append('<button type="button" class="clear">Clear</button>')
    return bar


def _what_is_changed(told: Told) -> list[str]:
    widget, panels = told["widget"], []
    if widget["kind"] == "row":
        if widget["plane"]:
            panels.append(_plane(widget["plane"]))
        if widget["columns"]:
            panels.append(f'<div class="fields">{"".join(map(_column, widget["columns"]))}</div>')
        return panels
    if widget["kind"] == "ink":
        paper = _canvas("paper", SIDE, SIDE, PAPER, ' tabindex="0"')
        panels.append(f"<div>Draw here{paper}</div>")
    _, height, width = told["input"]["shape"]
    return [*panels, f"<div>As the network sees it{_canvas('seen', width, height, 'The picture')}</div>"]


def _plane(plane: Told) -> str:
    across, up = (words(name) for name in plane["axes"])
    label = f"The plane of {across} and {up}; arrows move the point"
    side = plane["cells"]
    small = f'<canvas class="small" width="{side}" height="{side}" hidden></canvas>'
    canvas = _canvas("plane", PLANE_SIDE, PLANE_SIDE, label, ' tabindex="0"')
    points = f"; small points are of the {plane['part']} part" if plane["points"] else ""
    return f"<div>{up} up, {across} across: touch to move the point{points}{canvas}{small}</div>"


def _canvas(kind: str, width: int, height: int, label: str, more: str = "") -> str:
    return f'<canvas class="{kind}" width="{width}" height="{height}" role="img" aria-label="{label}"{more}></canvas>'


def _column(column: Told) -> str:
    """The fields of a column; of a category its levels, with the inputs that each becomes."""
    flags = "".join(f' data-{flag}="1"' for flag in ("fills", "indicates") if column[flag])
    fields = _choice(column) if "options" in column else "".join(map(_field, column["inputs"]))
    return f'<div class="column" data-from="{column["from"]}" data-to="{column["to"]}"{flags}>{fields}</div>'


def _choice(column: Told) -> str:
    label = words(column["label"])
    options = "".join(
        f'<option value="{json.dumps(option["inputs"], separators=(",", ":"))}">{words(option["label"])}</option>'
        for option in column["options"]
    )
    return f'<label>{label}<select name="{label}">{options}</select></label>'


def _field(field: Told) -> str:
    label = words(field["label"])
    data = f'data-unit="{field["unit"]}" data-digits="{field["digits"]}"'
    data += "".join(f' {end}="{field[end]}"' for end in ("min", "max") if end in field)
    return f'<label>{label}<input name="{label}" type="{field["kind"]}" step="any" {data}></label>'


def _answer(told: Told) -> str:
    classes: Sequence[str] = told.get("classes", ())
    hidden = "" if told["probability"] else " hidden"
    names = [words(name) for name in classes]
    items = "".join(
        f'<li><span>{name}</span><meter min="0" max="1" aria-label="{name}"{hidden}></meter><span></span></li>'
        for name in names
    )
    said = 'The network says: <output class="answer"></output> <output class="true"></output>'
    return f'<div>{said}<ul class="classes">{items}</ul></div>' if items else f"<div>{said}</div>"


def _weights(weights: Told) -> str:
    """Room for tiles, with a line between two."""
    tiles, across, size = weights["tiles"], weights["across"], weights["size"]
    width, height = across * (size["width"] + 1) - 1, -(-tiles // across) * (size["height"] + 1) - 1
    some = f" ({tiles} of {weights['of']} units)" if tiles < weights["of"] else ""
    way = ", inputs down, units across" if weights["is_table"] else ""
    title = f"Weights of the first layer{some}{way}: red is positive, blue negative"
    kind = "weights table" if weights["is_table"] else "weights"
    return f"<div>{title}{_canvas(kind, width, height, 'Weights')}</div>"
