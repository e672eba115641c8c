"""What it was computed with: versions, machine, and the hashes by which config and data are known again."""

from collections.abc import Mapping
from typing import Any

from mlpexp.report.document.blocks import Block, TableBlock
from mlpexp.report.document.document import Section
from mlpexp.report.sections.material import Material
from mlpexp.report.tables.text_table import TextTable

LABELS = {
    "mlpexp": "mlpexp", "git_commit": "commit", "python": "Python", "system": "system", "processor": "processor",
    "device": "device", "device_choice": "chosen because", "threads": "threads", "engine": "engine",
    "arithmetic": "arithmetic", "cpu_capability": "instructions", "started": "started", "data_fingerprint": "data (hash)",
}  # fmt: skip


def environment(material: Material) -> Section:
    """A row each."""
    result = material.result
    recorded: Mapping[str, Any] = result.environment
    rows = [("result", result.path.resolve().name), ("config (hash)", result.summary.hash)]
    rows += [(label, str(recorded[key])) for key, label in LABELS.items() if recorded.get(key) not in (None, "", [])]
    packages = recorded.get("packages", {})
    rows += [(str(name), str(version)) for name, version in packages.items()] if isinstance(packages, dict) else []
    table = TextTable(("what", "value"), rows, title="Versions, machine and hashes")
    blocks: list[Block] = [TableBlock("environment", table)]
    return Section("environment", "Environment", blocks)
