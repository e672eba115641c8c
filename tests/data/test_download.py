"""Downloading through torchvision over a real connection, to a server on this machine."""

import hashlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlpexp.config.image_sets import FashionMnist, Mnist
from mlpexp.data.download import download
from mlpexp.data.image_files import parse_idx
from mlpexp.data.image_sources import MNIST
from mlpexp.data.images import load_images
from mlpexp.errors import DataError

FASHION = FashionMnist(name="fashion_mnist")


@pytest.fixture(scope="module")
def datasets() -> Any:
    """``torchvision.datasets``, imported late: it takes seconds and every worker of pytest-xdist collects this file."""
    from torchvision import datasets

    return datasets


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def mirror(datasets: Any, tmp_path: Path, fake_gz: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A web server on this machine in place of the one from which torchvision gets Fashion-MNIST; its folder."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    for name, content in fake_gz.items():
        (folder / f"{name}.gz").write_bytes(content)
    resources = [(f"{name}.gz", hashlib.md5(content).hexdigest()) for name, content in fake_gz.items()]
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder))) as server:
        monkeypatch.setattr(datasets.FashionMNIST, "mirrors", [f"http://127.0.0.1:{server.server_address[1]}/"])
        monkeypatch.setattr(datasets.FashionMNIST, "resources", resources)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield folder
        server.shutdown()
        thread.join()


def test_absent_files_are_downloaded_once_and_quietly(
    tmp_path: Path, mirror: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "new" / "folder"
    said: list[str] = []
    data = load_images(FASHION, root, said.append)
    assert np.array_equal(data.targets, np.arange(70_000) % 10)
    assert said == [f"Downloading Fashion-MNIST into {root}/FashionMNIST/raw.", "Downloaded Fashion-MNIST."]
    assert sorted(os.listdir(root)) == ["FashionMNIST"]
    assert sorted(os.listdir(root / "FashionMNIST" / "raw")) == sorted(MNIST.file_names)
    assert capfd.readouterr() == ("", "")
    load_images(FASHION, root, pytest.fail)


def test_a_download_leaves_alone_what_is_there(tmp_path: Path, mirror: Path, place: Callable[..., Path]) -> None:
    raw = place(tmp_path / "root")
    kept = raw / "train-labels-idx1-ubyte"
    os.utime(kept, ns=(1, 1))
    (raw / "t10k-images-idx3-ubyte").unlink()
    load_images(FASHION, tmp_path / "root")
    assert kept.stat().st_mtime_ns == 1 and (raw / "t10k-images-idx3-ubyte").is_file()


def test_a_damaged_download_leaves_nothing_behind(tmp_path: Path, mirror: Path) -> None:
    (mirror / "t10k-labels-idx1-ubyte.gz").write_bytes(b"damaged on the way")
    with pytest.raises(DataError, match=r"the download failed \(File not found or corrupted.\)"):
        load_images(FASHION, tmp_path / "root")
    assert list((tmp_path / "root").iterdir()) == []


def test_without_network_one_sentence_says_what_to_do(
    datasets: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as unused:  # a port where nobody listens: refused at once, whatever network there is
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setattr(datasets.MNIST, "mirrors", [f"http://127.0.0.1:{unused.getsockname()[1]}/"])
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        raw = tmp_path / "MNIST" / "raw"
        raw.mkdir(parents=True)
        (raw / "train-labels-idx1-ubyte.gz").write_bytes(b"")
        with pytest.raises(DataError) as caught:
            load_images(Mnist(name="mnist"), tmp_path)
    assert str(caught.value) == (
        f"MNIST is not in {raw} (no train-images-idx3-ubyte, no t10k-images-idx3-ubyte, no t10k-labels-idx1-ubyte), "
        "and the download failed (Connection refused); place train-images-idx3-ubyte, train-labels-idx1-ubyte, "
        "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte (or the same with .gz) in that folder, "
        "or set MLPEXP_DATA_DIR to the folder that holds MNIST/raw/"
    )


def test_a_server_that_never_answers_is_given_up(
    datasets: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.setattr(datasets.MNIST, "mirrors", [f"http://127.0.0.1:{silent.getsockname()[1]}/"])
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with pytest.raises(DataError, match=r"the download failed \(timed out\)"):
            download(MNIST, tmp_path, lambda sentence: None, timeout_seconds=0.2)
    assert socket.getdefaulttimeout() is None


def test_a_folder_that_cannot_be_made_is_part_of_the_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"MNIST is not in .*file/MNIST/raw, and the download failed \(.*file"):
        load_images(Mnist(name="mnist"), tmp_path / "file")


@pytest.mark.mnist
def test_our_reader_and_that_of_torchvision_agree(datasets: Any, mnist_dir: Path) -> None:
    for train in (True, False):
        theirs = datasets.MNIST(mnist_dir, train=train)
        raw = mnist_dir / "MNIST" / "raw"
        prefix = "train" if train else "t10k"
        assert np.array_equal(parse_idx((raw / f"{prefix}-images-idx3-ubyte").read_bytes()), theirs.data.numpy())
        assert np.array_equal(parse_idx((raw / f"{prefix}-labels-idx1-ubyte").read_bytes()), theirs.targets.numpy())
