"""Every key of a config that changes the training changes the methods paragraph, in both languages."""

import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from making.image_files import idx
from making.methods_variants import CONVOLUTIONS, LAYERS, NOT_TOLD, SWEEP, VARIANTS, Variant
from making.picture_folders import coloured
from making.trained_results import Trained, new
from mlpexp.config.keys import all_keys
from mlpexp.config.layers import ConvLayer, DenseLayer, DropoutLayer, PoolLayer
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.methods.section import section_of
from mlpexp.report.sections.methods.setup import Setups

NUMBER = re.compile(r"(?<![A-Za-z])\d+(?:,\d{3})*(?:\.\d+)?(?:e-?\d+)?")
Paragraph = tuple[str, str]
Told = Callable[[Variant, str], Paragraph]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables, pictures, and a sweep with weights to begin with."""
    folder = tmp_path_factory.mktemp("told")
    draw = random.Random(0)
    lines = ["height,width,level,site,date,part,price,kind"]
    for row in range(60):
        numbers = [f"{draw.gauss(0, 1):.3f}", "" if row % 7 == 0 else f"{draw.gauss(0, 1):.3f}", str(row % 4)]
        words = [draw.choice("abcdef"), f"2024-0{1 + row % 9}-11", ("train", "train", "val", "test")[row % 4]]
        lines.append(",".join([*numbers, *words, f"{100 + row + draw.random():.2f}", ("yes", "no")[row % 2]]))
    for name, rows in (("t", 61), ("u", 51), ("v", 41)):
        (folder / f"{name}.csv").write_text("\n".join(lines[:rows]) + "\n")
    pixels = [",".join([*(str(draw.randrange(256)) for _ in range(4)), "ab"[row % 2]]) for row in range(40)]
    (folder / "p.csv").write_text("\n".join(["a,b,c,d,kind", *pixels]) + "\n")
    coloured(folder / "pictures")
    before = new(folder, SWEEP, "keep.weights=best", "sweep.over={model.hidden_sizes: [[6, 4], [6, 5]]}").finish()
    before.path.rename(folder / "before")
    return folder


@pytest.fixture(scope="module")
def known() -> dict[tuple[object, ...], Paragraph]:
    """What was told already: many keys are changed in one config."""
    return {}


@pytest.fixture
def told(
    folder: Path, known: dict[tuple[object, ...], Paragraph], monkeypatch: pytest.MonkeyPatch, lazy_disk: None
) -> Told:
    """The paragraphs of a variant, with one more override."""

    def of(variant: Variant, override: str) -> Paragraph:
        monkeypatch.chdir(folder)
        if "fashion" in variant.text:
            place_clothes(folder / "images" / "FashionMNIST" / "raw")
        monkeypatch.setenv("MLPEXP_DATA_DIR", str(folder / "images"))
        overrides = [*variant.before, *([override] if override else [])]
        told_by = (variant.text, *overrides, variant.trained)
        if told_by not in known:
            result = new(folder, variant.text, *overrides)
            known[told_by] = paragraphs(result.finish() if variant.trained else result)
        return known[told_by]

    return of


def place_clothes(raw: Path) -> None:
    """What Fashion-MNIST looks like from outside; all pictures are black."""
    raw.mkdir(parents=True, exist_ok=True)
    for prefix, size in (("train", 60_000), ("t10k", 10_000)):
        (raw / f"{prefix}-images-idx3-ubyte").write_bytes(idx(np.zeros((size, 28, 28), np.uint8)))
        (raw / f"{prefix}-labels-idx1-ubyte").write_bytes(idx(np.arange(size) % 10))


def paragraphs(trained: Trained) -> Paragraph:
    """Without the hash, which differs anyway."""
    section = section_of(Setups(Material(trained.result)))
    english, chinese = (blocks[0].words[0] for blocks in (section.blocks, section.sections[0].blocks))
    digest = trained.summary.hash
    return english.replace(digest, ""), chinese.replace(digest, "")


def numbers(text: str) -> Counter[str]:
    return Counter(NUMBER.findall(text))


def test_each_key_is_told_or_has_a_reason() -> None:
    assert set(VARIANTS) | set(NOT_TOLD) == set(all_keys())
    assert not set(VARIANTS) & set(NOT_TOLD)
    fields = {
        f"{kind}.{key}"
        for kind, section in (("conv", ConvLayer), ("dense", DenseLayer), ("dropout", DropoutLayer))
        for key in section.model_fields
        if key != "layer"
    }
    assert set(LAYERS) == fields | {f"max_pool.{key}" for key in PoolLayer.model_fields}


@pytest.mark.parametrize("key", VARIANTS)
def test_a_key_changes_the_paragraph(told: Told, key: str) -> None:
    variant = VARIANTS[key]
    (english, chinese), (before, before_zh) = told(variant, variant.after), told(variant, variant.instead)
    assert english != before
    assert chinese != before_zh
    assert numbers(english) == numbers(chinese)
    assert numbers(before) == numbers(before_zh)
    value = variant.after.rpartition("=")[2]
    if NUMBER.fullmatch(value) and "fraction" not in key:  # shares are told as numbers of samples
        assert value in numbers(english), english


@pytest.mark.parametrize("key", LAYERS)
def test_a_key_of_a_layer_changes_the_paragraph(told: Told, key: str) -> None:
    variant = Variant(CONVOLUTIONS, "")
    layers = [f"model.layers=[{{layer: conv, channels: 3, kernel_size: 3}}, {layer}]" for layer in LAYERS[key]]
    (before, before_zh), (english, chinese) = (told(variant, override) for override in layers)
    assert english != before
    assert chinese != before_zh
    assert numbers(english) == numbers(chinese)
