"""JSON files: plain objects, and records of a type, which is checked where they are read."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mlpexp.errors import CONTROL_CHARACTERS, UNSEEN_MARKS, RunError
from mlpexp.store.as_written import content_of
from mlpexp.store.files import write_text

Record = TypeVar("Record", bound=BaseModel)
WIDTH = 100
# What JSON may hold as it is, and a terminal obeys: written as JSON writes it, so that it is read as it was.
ESCAPED = {code: json.dumps(chr(code))[1:-1] for code in CONTROL_CHARACTERS | UNSEEN_MARKS if code >= 127}


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object.

    Raises:
        RunError: It is missing or damaged.
    """
    try:
        value = json.loads(_text(path))
    except (ValueError, RecursionError):
        raise RunError(f"{path}: damaged: not JSON") from None
    if not isinstance(value, dict):
        raise RunError(f"{path}: damaged: not a JSON object")
    return value


def read_record(path: Path, kind: type[Record]) -> Record:
    """A record of a type.

    Raises:
        RunError: It is missing, or not such a record.
    """
    text = _text(path)
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        entry = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(map(str, entry["loc"]))
        what = "not JSON" if entry["type"] == "json_invalid" else f"{key}: {entry['msg'][0].lower()}{entry['msg'][1:]}"
        raise RunError(f"{path}: damaged: {what}") from None


def write_record(path: Path, record: BaseModel) -> None:
    """Replaces a file by a record.

    Raises:
        RunError: It cannot be written.
    """
    write_text(path, record_text(record))


def record_text(record: BaseModel) -> str:
    """A record as JSON that people can read."""
    return _lines(record.model_dump(mode="json"), "") + "\n"


def as_json(value: Mapping[str, Any]) -> str:
    """Readable JSON; numbers that JSON has not (inf, nan) become null."""
    return seen_json(_lines(_finite(value), "") + "\n")


def seen_json(text: str) -> str:
    """The same JSON, with escapes for what a terminal would obey, or not show."""
    return text.translate(ESCAPED)


def sum_of_values(value: Mapping[str, Any]) -> str:
    """The SHA-256 sum of values, however they are written."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _lines(value: Any, indent: str) -> str:
    """JSON with two spaces per level; what fits into a line stays in it."""
    text = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(text) <= WIDTH or not value or not isinstance(value, (dict, list)):
        return text
    deeper = indent + "  "
    if isinstance(value, dict):
        inner = [f"{json.dumps(key, ensure_ascii=False)}: {_lines(item, deeper)}" for key, item in value.items()]
    else:
        inner = [_lines(item, deeper) for item in value]
    first, last = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return f"{first}\n{deeper}" + f",\n{deeper}".join(inner) + f"\n{indent}{last}"


def _text(path: Path) -> str:
    try:
        return content_of(path).decode("utf-8")
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise RunError(f"{path}: damaged: not UTF-8") from None


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None  # also false for NaN
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
