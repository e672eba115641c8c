"""Checkpoints: tensors as safetensors, everything else as JSON, joined by SHA-256 sums.

The JSON file is written last and names the tensor file, so there is always one complete checkpoint: the old or the new.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mlpexp.errors import RunError
from mlpexp.store.files import write_bytes, write_errors, write_text
from mlpexp.store.inside import refuse_links
from mlpexp.store.json_files import sum_of_values

SUM_OF_REST = "description_sha256"  # key of the sum of all other keys
OWN_KEYS = ("file", "sha256")  # of the description, beside those that were saved


def save_checkpoint(folder: Path, name: str, tensors: Mapping[str, np.ndarray], plain: Mapping[str, Any]) -> None:
    """Writes the checkpoint ``name`` in place of an older one of that name.

    Raises:
        RunError: It cannot be written; the older one is still valid.
    """
    from safetensors.numpy import save

    refuse_links(folder)
    content = save({key: np.ascontiguousarray(array) for key, array in tensors.items()})
    digest = hashlib.sha256(content).hexdigest()
    previous = _read_json(folder / f"{name}.json") if (folder / f"{name}.json").exists() else {}
    file = f"{name}.safetensors"
    if previous.get("file") == file and previous.get("sha256") != digest:
        file = f"{name}.{digest[:8]}.safetensors"
    write_bytes(folder / file, content)
    description = {"file": file, "sha256": digest, **plain}
    description[SUM_OF_REST] = sum_of_values(description)
    write_text(folder / f"{name}.json", json.dumps(description, indent=2) + "\n")
    _remove_tensors(folder, name, keep=file)


def load_checkpoint(folder: Path, name: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Reads a checkpoint and verifies its sum.

    Raises:
        RunError: A file is missing or damaged.
    """
    from safetensors.numpy import load

    description = folder / f"{name}.json"
    plain = _read_json(description)
    file = str(plain.get("file"))
    if plain.pop(SUM_OF_REST, None) != sum_of_values(plain) or not re.fullmatch(r"[\w-]+(\.\w+)?\.safetensors", file):
        raise RunError(f"{description}: the checkpoint is damaged (its SHA-256 sum differs from the one in it)")
    path = folder / file
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RunError(f"{path}: the checkpoint cannot be read: {error.strerror or error}") from None
    if hashlib.sha256(content).hexdigest() != plain.get("sha256"):
        raise RunError(
            f"{path}: the checkpoint is damaged (its SHA-256 sum differs from the one in {description.name})"
        )
    return load(content), {key: value for key, value in plain.items() if key not in OWN_KEYS}


def delete_checkpoint(folder: Path, name: str) -> None:
    """Removes a checkpoint that is no longer needed; its description first, so that no broken one is left.

    Raises:
        RunError: It cannot be removed.
    """
    refuse_links(folder)
    with write_errors(folder):
        (folder / f"{name}.json").unlink(missing_ok=True)
    _remove_tensors(folder, name)


def _remove_tensors(folder: Path, name: str, keep: str = "") -> None:
    """Removes tensors that no description names, also those that a killed process has left behind."""
    refuse_links(folder)
    with write_errors(folder):
        for path in folder.glob(f"{name}.*safetensors"):
            if path.name != keep:
                path.unlink(missing_ok=True)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RunError(f"{path}: the checkpoint cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise RunError(f"{path}: the checkpoint is damaged (not JSON)") from None
    if not isinstance(plain, dict):
        raise RunError(f"{path}: the checkpoint is damaged (not a JSON object)")
    return plain
