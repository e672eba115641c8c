"""What the YAML parser says, in plain words."""

import yaml

# What the parser says, and what it means; `{line}` is where it began.
PLAIN = {
    "mapping values are not allowed": "a second `:` in this line, or a line that begins too far right; put it in a line of its "
    "own, or write `training: {{epochs: 5}}`",
    "expected <block end>": "this line begins at another place than the lines beside it, which begin in one column",
    "expected ',' or '}'": "the `{{` of line {line} is not closed, or a comma is missing",
    "expected ',' or ']'": "the `[` of line {line} is not closed, or a comma is missing",
    "could not find expected ':'": "no `:` in this line, or in the one above",
    "found unknown escape character": "in double quotes a backslash has a meaning; use single quotes, or / in a path",
    "expected escape sequence": "in double quotes a backslash has a meaning; use single quotes, or / in a path",
    "expected the node content": "a value is missing here",
    "found unexpected end of stream": "a quotation mark of line {line} is not closed",
    "found another document": "a second document begins here; a config is one, so remove the `---`",
    "second occurrence": "the name after this `&` is there twice; the first is in line {line}",
    "found undefined alias": "the name after this `*` is nowhere after an `&` before it; a word with * needs quotation marks",
    "found character '%'": "a word that begins with % or @ needs quotation marks",
    "found character '@'": "a word that begins with % or @ needs quotation marks",
}  # fmt: skip


def in_plain_words(error: yaml.MarkedYAMLError) -> str:
    """What is wrong, for someone who types a config."""
    said = error.problem or error.context or "not valid YAML"
    began = error.context_mark or error.problem_mark
    plain = next((text for words, text in PLAIN.items() if words in said), None)
    return "not valid YAML: " + (plain.format(line=began.line + 1 if began else 1) if plain else said)
