"""Pages in a browser: reports of small results, and any page, watched for complaints and requests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from making.command_line import Answer
from making.trained_results import Make

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RUN = """\
name: spirals
dataset: {name: synthetic, kind: spirals, samples: 120, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [6], activation: tanh}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 6}
seeds: 3
keep: {history: 3}
"""
SWEEP = """\
name: rates
dataset: {name: iris, test_fraction: 0.3, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [6], activation: tanh}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 6}
sweep: {over: {learning_rate: [0.0001, 0.005, 0.05], hidden_size: [2, 6]}, seeds: 3}
"""
DIGITS = """\
name: figures
dataset: {name: digits, test_fraction: 0.3}
model: {name: cnn, layers: [{layer: conv, channels: 4, kernel_size: 3}, {layer: dense, units: 16}]}
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 64, epochs: 3}
"""
Call = Callable[..., Answer]
Visit = Callable[..., "Page"]


@pytest.fixture
def visited(browser: "Browser") -> Iterator[Visit]:
    """Opens a file; what the browser complains of, or asks for, fails the test."""
    complaints: list[str] = []
    contexts = []

    def visit(file: Path, **settings: Any) -> "Page":
        contexts.append(browser.new_context(**{"viewport": {"width": 1000, "height": 900}, **settings}))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if request.url != file.as_uri() else None)
        page.goto(file.as_uri())
        return page

    yield visit
    for context in contexts:
        context.close()
    assert [text for text in complaints if not text.startswith("data:")] == []


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages made so far, by their config."""
    return {"": tmp_path_factory.mktemp("pages")}


@pytest.fixture
def opened(visited: Visit, trained: Make, mlpexp: Call, reports: dict[str, Path]) -> Visit:
    """Opens the report of a config, which is made once."""

    def open_(config: str, **settings: Any) -> "Page":
        if config not in reports:
            file = reports[""] / f"{len(reports)}.html"
            answer = mlpexp("report", trained(config).folder.path, "-o", file)
            assert answer.code == 0, answer.err
            reports[config] = file
        return visited(reports[config], **settings)

    return open_
