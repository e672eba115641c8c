"""The JSON Schema of a config, by which editors complete and checkers refuse: it accepts whatever the loader accepts.

Pydantic's own schema knows the sections, and nothing of the short forms that the loader makes sections of. They are added
here: to each kind of value where they are of a kind, else to their key. ``configs/schema.json`` is written from it, and
each example names that file in its first line; to write both anew: ``python -m mlpexp.config.json_schema``.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mlpexp.config.activations import ALIASES
from mlpexp.config.experiment import NUMBERED_CARD, YES_OR_NO, Experiment
from mlpexp.config.layer_words import line_pattern
from mlpexp.config.own_parts import KEYS, REFERENCE
from mlpexp.config.shipped import MODELINE, example_names, example_path, examples_folder
from mlpexp.config.som import ONLINE
from mlpexp.config.strict import LARGEST, LARGEST_WHOLE
from mlpexp.config.sweep import LABEL
from mlpexp.config.words import BY_NAME

Node = dict[str, Any]  # a schema, or a part of one

FILE_NAME = "schema.json"
DRAFT = "http://json-schema.org/draft-07/schema#"  # the newest that every editor knows
NEITHER = ("title", "discriminator")  # words of pydantic's that say nothing to a reader
SPEAKING = ("description", "default")  # words about a value, which stand outside of its alternatives
# Numbers that YAML 1.1 reads as text, and this program as numbers: `1e-4` has no point.
POWER_OF_TEN = r"(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"
RANGE = r"^\s*((log|linear|range)\s*\([^(),]*,[^(),]*,|(uniform|log_uniform|integers)\s*\([^(),]*,)[^(),]*\)\s*$"
WORDS: Node = {"type": "string", "pattern": r"\S"}
SAME_VALUES: Node = {
    "anyOf": [{"type": ["string", "integer"]}, {"items": {"type": ["string", "integer"]}, "type": "array"}]
}

# What else the loader takes for a key, by the class that has it.
SHORT: Mapping[tuple[str, str], Node] = {
    ("Experiment", "device"): {"type": "string", "pattern": f"^{NUMBERED_CARD.pattern}$"},
    ("Keep", "state"): {"enum": list(YES_OR_NO)},
    ("Keep", "data"): {"enum": list(YES_OR_NO)},
    ("Csv", "target"): {"type": "string"},
    ("Csv", "missing_values"): {"items": {"type": ["string", "number"]}, "type": "array"},
    ("Csv", "delimiter"): {"const": "\\t"},
    ("Cnn", "layers"): {"type": "string", "pattern": line_pattern()},
    ("ColumnSplit", "train"): SAME_VALUES,
    ("ColumnSplit", "validation"): SAME_VALUES,
    ("ColumnSplit", "test"): SAME_VALUES,
    ("Sweep", "baseline"): {"type": "string"},
}
# What a section needs beside one of its values, or has too few of without it.
ALSO: Mapping[str, Node] = {
    "Som": {"properties": {"grid": {"minItems": 2, "maxItems": 2}}},
    "Synthetic": {
        "if": {"properties": {"kind": {"const": "function"}}},
        "then": {"required": ["function"], "properties": {"function": {"type": "string"}}},
        "else": {"properties": {"function": {"type": "null"}}},
    },
}
OF_MAP = ("optimizer", "schedule", "training")  # sections of the top level that a map may leave open
OWN: Node = {"$ref": "#/$defs/own part"}
OWN_OPTIMIZER: Node = {
    "allOf": [OWN],
    "required": ["learning_rate"],
    "properties": {"name": True},
    "additionalProperties": {"type": ["number", "string"], "pattern": f"^[-+]?{POWER_OF_TEN}"},
}
NOTHING: Node = {"type": "null"}
CONSTANT: Node = {"type": ["number", "string"], "pattern": f"^[-+]?{POWER_OF_TEN}"}  # of `bias_init`
NEW_SECTION: Node = {"anyOf": [{"required": [key]} for key in ("name", "kind", "layer")]}  # no values with names


def json_schema() -> Node:
    """The whole schema, of draft 7."""
    raw = Experiment.model_json_schema()
    sections = {"Experiment": raw, **raw.pop("$defs")}
    known = {name: _section(name, section, sections) for name, section in sections.items()}
    experiment = known.pop("Experiment")
    values = dict(_values({"Experiment": experiment, **known}))
    known["Sweep"]["properties"] |= _of_axes(values, known["Sweep"]["properties"])
    named = {f"value of {key}": node for key, node in values.items()}
    own = {"own part": _own_part(), "range": {"type": "string", "pattern": RANGE}}
    return {
        "$schema": DRAFT,
        "title": "A config of mlpexp",
        **_with_map(experiment, known),
        "$defs": {**known, **named, **own},
    }


def _section(name: str, section: Node, sections: Mapping[str, Node]) -> Node:
    """A class of a config, its keys as the loader takes them."""
    properties = {}
    for key, node in section["properties"].items():
        also = [SHORT[name, key]] if (name, key) in SHORT else []
        also += [CONSTANT] if key == "bias_init" else []
        accepted = _accepted(node, sections)
        own = OWN_OPTIMIZER if key == "optimizer" else OWN
        accepted = _or_own(accepted, own) if key in KEYS and name != "Som" else accepted
        properties[key] = _either(accepted, also)
    closed = {word: value for word, value in section.items() if word not in NEITHER} | {"properties": properties}
    return closed | ({"allOf": [ALSO[name]]} if name in ALSO else {})


def _accepted(raw: Node, sections: Mapping[str, Node]) -> Node:
    """What is accepted where pydantic's schema has this; words alone for sections that need no more than their name."""
    node = {word: value for word, value in raw.items() if word not in NEITHER}
    for word in ("anyOf", "oneOf"):
        if word in node and "discriminator" not in raw:
            node |= _flat([_accepted(each, sections) for each in node.pop(word)])
    for word in ("items", "additionalProperties"):
        if isinstance(node.get(word), dict):
            node[word] = _accepted(node[word], sections)
    if node.get("type") in ("number", "integer"):
        node = _bounded(node)
    if node.get("type") == "number":
        sign = "" if "minimum" in node or "exclusiveMinimum" in node else "-"
        return node | {"type": ["number", "string"], "pattern": f"^[{sign}+]?{POWER_OF_TEN}"}
    if "$ref" in node and len(node) > 1:  # draft 7 sees nothing beside a reference
        return {word: node[word] for word in SPEAKING if word in node} | {"allOf": [{"$ref": node["$ref"]}]}
    return _tagged(node, raw["discriminator"], sections) if "discriminator" in raw else node


def _bounded(node: Node) -> Node:
    """A number that something can be computed with."""
    largest = LARGEST if node["type"] == "number" else LARGEST_WHOLE
    least = {} if "minimum" in node or "exclusiveMinimum" in node else {"minimum": -largest}
    most = {} if "maximum" in node or "exclusiveMaximum" in node else {"maximum": largest}
    return node | least | most


def _flat(alternatives: list[Node]) -> Node:
    """Alternatives of alternatives as one list; what is said of sections by their tags stands beside it."""
    choices = [inner for each in alternatives for inner in each.get("anyOf", [each])]
    rules = [rule for each in alternatives if "anyOf" in each for rule in each.get("allOf", ())]
    return {"anyOf": choices} | ({"allOf": rules} if rules else {})


def _tagged(node: Node, discriminator: Mapping[str, Any], sections: Mapping[str, Node]) -> Node:
    """Sections that are told apart by a tag: each is held to its own rules, so that a checker names the wrong key."""
    tag, classes = discriminator["propertyName"], discriminator["mapping"]
    tags: dict[str, list[str]] = {}
    for word, place in classes.items():
        tags.setdefault(place, []).append(word)
    rules = [{"if": _has_tag(tag, words), "then": {"$ref": place}} for place, words in tags.items()]
    alone = [word for word, place in classes.items() if sections[place.rpartition("/")[2]]["required"] == [tag]]
    alone += [other for other, word in ALIASES.items() if word in classes]
    as_words = [{"enum": alone}] if tag != "layer" else []
    said = {word: node[word] for word in SPEAKING if word in node}
    return said | {"anyOf": [*as_words, _has_tag(tag, list(classes))], "allOf": rules}


def _has_tag(tag: str, words: list[str]) -> Node:
    return {"type": "object", "properties": {tag: {"enum": words}}, "required": [tag]}


def _either(node: Node, others: list[Node]) -> Node:
    """A part of a schema, or one of others; what is said of the value stands first."""
    if not others:
        return node
    speaking = {word: node[word] for word in SPEAKING if word in node}
    rest = {word: value for word, value in node.items() if word not in SPEAKING}
    return speaking | _flat([*others, rest])


def _or_own(node: Node, own: Node) -> Node:
    """A part of a schema, or a function of Python in its place; of a list in the place of an item."""
    if "items" in node:
        return node | {"items": _either(node["items"], [own])}
    lists = [
        each | {"items": _either(each["items"], [own])} if "items" in each else each for each in node.get("anyOf", ())
    ]
    return _either(node | ({"anyOf": lists} if lists else {}), [own])


def _own_part() -> Node:
    """The reference of a function of Python, alone or as a section with its own keys."""
    reference = {"type": "string", "pattern": f"^{REFERENCE.pattern}$"}
    return {"anyOf": [reference, {"type": "object", "properties": {"name": reference}, "required": ["name"]}]}


def _values(sections: Mapping[str, Node]) -> Iterator[tuple[str, Node]]:
    """Every key that can be an axis, with what its values can be, as references to the places that say it."""
    places: dict[str, list[str]] = {}
    for path, place in _places("Experiment", "#", "", sections):
        both = [f"#/{branch}/properties/{path}" for branch in ("then", "else")] if path in OF_MAP else [place]
        places.setdefault(path, []).extend(both)
    for path, of_path in places.items():
        if not path.startswith("sweep"):
            yield path, {"anyOf": [{"$ref": place} for place in dict.fromkeys(of_path)]}


def _places(name: str, place: str, prefix: str, sections: Mapping[str, Node]) -> Iterator[tuple[str, str]]:
    for key, node in sections[name]["properties"].items():
        yield prefix + key, f"{place}/properties/{key}"
        for inner in _references(node):
            if inner in sections:
                yield from _places(inner, f"#/$defs/{inner}", f"{prefix}{key}.", sections)


def _references(node: Node) -> Iterator[str]:
    """The sections that a key may hold, not those in a list."""
    if "$ref" in node:
        yield node["$ref"].rpartition("/")[2]
    for each in (*node.get("anyOf", ()), *node.get("allOf", ()), *([node["then"]] if "then" in node else [])):
        yield from _references(each)


def _of_axes(values: Mapping[str, Node], sweep: Mapping[str, Node]) -> Node:
    """The keys of ``sweep:`` that name others: the axes with their values, arms that are listed."""
    one = {key: {"$ref": f"#/$defs/value of {key}"} for key in values}
    inside: Node = {"^(" + "|".join(key.replace(".", r"\.") for key in values) + r")\.[^.]+(\..*)?$": {}}
    for name, word in BY_NAME.items():
        also = [{"type": "integer", "minimum": 1}] if name == "hidden_size" else []
        one[name] = _either({"anyOf": [one[word.key], *([one[name]] if name in one else [])]}, also)
    axes = {key: _axis(node) for key, node in one.items()}
    closed = {"type": "object", "additionalProperties": False}
    arm = closed | {"properties": {LABEL: {"type": "string"}, **one}, "patternProperties": inside}
    said = {key: {"description": sweep[key]["description"]} for key in ("over", "arms")}
    over = closed | {"properties": axes, "patternProperties": {path: _axis({}) for path in inside}}
    return {"over": said["over"] | over, "arms": said["arms"] | {"type": "array", "items": arm}}


def _axis(value: Node) -> Node:
    """The values of an axis: listed, with names, or a range."""
    listed = {"type": "array", "minItems": 1, "uniqueItems": True, "items": value}
    named = {"type": "object", "minProperties": 1, "additionalProperties": value, "not": NEW_SECTION}
    return {"anyOf": [listed, named, {"$ref": "#/$defs/range"}]}


def _with_map(experiment: Node, sections: dict[str, Node]) -> Node:
    """The top level: a network needs an optimizer, and a map has what it needs of other sections by itself."""
    properties = experiment["properties"]
    for name, key in (("Sgd", "optimizer"), ("Training", "training")):
        sections[f"{name} of a map"] = _open(sections[name], ONLINE[key])
    sgd, usual = {"$ref": "#/$defs/Sgd of a map"}, {"$ref": "#/$defs/Sgd"}
    optimizer = _either(properties["optimizer"], [{"const": "sgd"}, sgd, NOTHING])
    optimizer["allOf"] = [rule | {"then": sgd} if rule["then"] == usual else rule for rule in optimizer["allOf"]]
    of_map = {
        "optimizer": optimizer,
        "schedule": _either(properties["schedule"], [NOTHING]),
        "training": {"anyOf": [{"$ref": "#/$defs/Training of a map"}, NOTHING]},
    }
    is_map = {"anyOf": [{"const": "som"}, _has_tag("name", ["som"])]}
    said = {key: {"description": properties[key]["description"]} for key in of_map}
    return experiment | {
        "properties": properties | said,
        "required": [key for key in experiment["required"] if key not in of_map],
        "if": {"properties": {"model": is_map}},
        "then": {"properties": of_map},
        "else": {"properties": {key: properties[key] for key in of_map}, "required": ["optimizer"]},
    }


def _open(section: Node, defaults: Mapping[str, Any]) -> Node:
    """A section in which what has a default of a map's may be left open."""
    properties = section["properties"]
    left = {key: _either(properties[key], [NOTHING]) for key in defaults if key in properties and key != "name"}
    return section | {"properties": properties | left, "required": []}


def written_anew() -> str:
    """The text of the schema: a line for each word of the top level, and one for each definition."""
    schema = json_schema()
    definitions = schema.pop("$defs")
    inner = ",\n".join(f" {_in_a_line(name)}: {_in_a_line(node)}" for name, node in definitions.items())
    lines = [f"{_in_a_line(word)}: {_in_a_line(value)}" for word, value in schema.items()]
    return "{\n" + ",\n".join([*lines, f'"$defs": {{\n{inner}\n}}']) + "\n}\n"


def _in_a_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def main() -> None:
    """Writes the file of the schema, and its name into the first line of each example."""
    folder = examples_folder()
    (folder / FILE_NAME).write_text(written_anew(), encoding="utf-8")
    for name in example_names():
        path = example_path(name)
        text, line = path.read_text(encoding="utf-8"), modeline(name)
        if not text.startswith(line):
            path.write_text(line + text, encoding="utf-8")


def modeline(name: str) -> str:
    """The first line of an example, by which editors find the schema beside it."""
    return f"{MODELINE}{'../' * name.count('/')}{FILE_NAME}\n"


if __name__ == "__main__":
    main()
