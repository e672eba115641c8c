"""What the files of the image data sets with a name are: where they lie, how many pictures they hold, which classes.

References:
    LeCun, Bottou, Bengio and Haffner (1998), "Gradient-based learning applied to document recognition".
    Xiao, Rasul and Vollgraf (2017), "Fashion-MNIST: a novel image dataset for benchmarking machine learning".
    Clanuwat, Bober-Irizar, Kitamoto, Lamb, Yamamoto and Ha (2018), "Deep learning for classical Japanese literature".
    Cohen, Afshar, Tapson and van Schaik (2017), "EMNIST: an extension of MNIST to handwritten letters", table II.
    Krizhevsky (2009), "Learning multiple layers of features from tiny images".
    Hull (1994), "A database for handwritten text recognition research".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Literal

from mlpexp.config.image_sets import Cifar10, Emnist, FashionMnist, Kmnist, Mnist, NamedImages, Usps

TORCHVISION_CLASSES = Literal["MNIST", "FashionMNIST", "KMNIST", "EMNIST", "CIFAR10", "USPS"]


@dataclass(frozen=True)
class ImageSource:
    """What the files of one data set must be."""

    title: str
    """For sentences."""
    torchvision: TORCHVISION_CLASSES
    """Name of its class in torchvision."""
    places: tuple[str, ...]
    """Where a file may lie below the data folder, ``{}`` for its name; the first is where it is downloaded to."""
    format: Literal["idx", "cifar", "usps"]
    """How the files are written."""
    train_files: tuple[str, ...]
    """Names of those to train on; of ``idx`` the pictures, then the labels."""
    test_files: tuple[str, ...]
    """Names of those to test on."""
    class_names: tuple[str, ...]
    """One per label."""
    target_name: str
    """What is predicted, for example ``digit``."""
    shape: tuple[int, int, int] = (1, 28, 28)
    """Of a picture: channels, height, width."""
    num_train: int = 60_000
    """Pictures to train on."""
    num_test: int = 10_000
    """Pictures to test on."""
    md5: Mapping[str, str] = field(default_factory=dict)
    """MD5 sums by name of the file, of ``idx`` uncompressed, where we know them."""
    balanced: bool = False
    """Whether every class has the same number of samples, in each part."""
    first_label: int = 0
    """The label of the first class in the files."""
    transposed: bool = False
    """Whether the files hold pictures with rows and columns exchanged."""

    @property
    def file_names(self) -> tuple[str, ...]:
        """All of them."""
        return self.train_files + self.test_files


def _raw(folder: str) -> tuple[str, ...]:
    """Where IDX files lie."""
    return f"{folder}/raw/{{}}", f"{folder}/raw/{{}}.gz"


def _pair(prefix: str) -> tuple[str, ...]:
    """IDX files of pictures and labels."""
    return f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte"


MNIST = ImageSource(
    title="MNIST",
    torchvision="MNIST",
    places=_raw("MNIST"),
    train_files=_pair("train"),
    test_files=_pair("t10k"),
    format="idx",
    class_names=tuple(digits),
    target_name="digit",
    md5={
        "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
    },
)
FASHION_MNIST = ImageSource(
    title="Fashion-MNIST",
    torchvision="FashionMNIST",
    places=_raw("FashionMNIST"),
    train_files=_pair("train"),
    test_files=_pair("t10k"),
    format="idx",
    class_names=(
        "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"
    ),
    target_name="article",
    balanced=True,
)  # fmt: skip
KMNIST = ImageSource(
    title="KMNIST",
    torchvision="KMNIST",
    places=_raw("KMNIST"),
    train_files=_pair("train"),
    test_files=_pair("t10k"),
    format="idx",
    class_names=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    target_name="character",
    balanced=True,
)
CIFAR10 = ImageSource(
    title="CIFAR-10",
    torchvision="CIFAR10",
    places=("cifar-10-batches-py/{}", "cifar-10-batches-bin/{}.bin"),
    format="cifar",
    train_files=tuple(f"data_batch_{number}" for number in range(1, 6)),
    test_files=("test_batch",),
    class_names=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    target_name="object",
    shape=(3, 32, 32),
    num_train=50_000,
    md5={
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
        "test_batch": "40351d587109b95175f43aff81a1287e",
    },
    balanced=True,
)
USPS = ImageSource(
    title="USPS",
    torchvision="USPS",
    places=("{}",),
    format="usps",
    train_files=("usps.bz2",),
    test_files=("usps.t.bz2",),
    class_names=tuple(digits),
    target_name="digit",
    shape=(1, 16, 16),
    num_train=7_291,
    num_test=2_007,
    md5={"usps.bz2": "ec16c51db3855ca6c91edd34d0e9b197", "usps.t.bz2": "8ea070ee2aca1ac39742fdd1ef5ed118"},
    first_label=1,
)

ALL_CHARACTERS = tuple(digits + ascii_uppercase + ascii_lowercase)
MERGED = tuple(digits + ascii_uppercase + "abdefghnqrt")  # of the other letters, capital and small one are one class
_EMNIST = replace(MNIST, torchvision="EMNIST", target_name="character", md5={}, transposed=True)


def _emnist(
    collection: str, class_names: tuple[str, ...], train: int, test: int, *, balanced: bool, first_label: int = 0
) -> ImageSource:
    return replace(
        _EMNIST,
        title=f"EMNIST {collection}",
        places=_raw("EMNIST"),
        train_files=_pair(f"emnist-{collection}-train"),
        test_files=_pair(f"emnist-{collection}-test"),
        class_names=class_names,
        num_train=train,
        num_test=test,
        balanced=balanced,
        first_label=first_label,
    )


EMNIST: Mapping[str, ImageSource] = {
    "balanced": _emnist("balanced", MERGED, 112_800, 18_800, balanced=True),
    "letters": _emnist("letters", tuple(ascii_lowercase), 124_800, 20_800, balanced=True, first_label=1),
    "digits": _emnist("digits", tuple(digits), 240_000, 40_000, balanced=True),
    "byclass": _emnist("byclass", ALL_CHARACTERS, 697_932, 116_323, balanced=False),
    "bymerge": _emnist("bymerge", MERGED, 697_932, 116_323, balanced=False),
    "mnist": _emnist("mnist", tuple(digits), 60_000, 10_000, balanced=True),
}  # fmt: skip
"""By collection."""
SOURCES: Mapping[type[NamedImages], ImageSource] = {
    Mnist: MNIST, FashionMnist: FASHION_MNIST, Kmnist: KMNIST, Cifar10: CIFAR10, Usps: USPS,
}  # fmt: skip
"""By data set, but for EMNIST."""


def source_of(config: NamedImages) -> ImageSource:
    """What the files of a ``dataset:`` section must be."""
    return EMNIST[config.collection] if isinstance(config, Emnist) else SOURCES[type(config)]
