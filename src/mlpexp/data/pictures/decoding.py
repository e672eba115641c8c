"""From a file to pixels.

Axis letters: C channels, H height, W width.
"""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from mlpexp.data.pictures.refusing import check_regular, refused
from mlpexp.errors import DataError

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "PPM")
OTHER_KINDS = (
    (8, b"WEBP", "WebP"), (0, b"II*\0", "TIFF"), (0, b"MM\0*", "TIFF"), (4, b"ftypheic", "HEIC"),
    (4, b"ftypavif", "AVIF"), (4, b"jP  ", "JPEG 2000"), (0, b"8BPS", "PSD"), (0, b"<svg", "SVG"),
    (0, b"\0\0\1\0", "ICO"),
)  # fmt: skip
"""By place and first bytes, kinds of pictures that are not read."""
MOST_PIXELS = 64_000_000  # of one picture: more is refused before it is decoded
ORIENTATION = 0x0112  # key of EXIF
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # by orientation, what brings a picture upright; those from 5 on exchange height and width
GREY_MODES = ("1", "L", "LA", "La", "I", "I;16", "I;16L", "I;16B")
ALPHA_MODES = ("LA", "La", "PA", "RGBA", "RGBa")
COLOUR_MODES = ("P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "LAB", "HSV")
BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError, struct.error)
"""What Pillow raises at a damaged file."""


@dataclass(frozen=True)
class Header:
    """What the first bytes of a file say."""

    height: int
    """In pixels, once it stands upright."""
    width: int
    """Likewise."""
    is_grey: bool
    """Whether it has one channel, transparency aside."""
    alpha: bool
    """Whether it may be transparent."""
    turned: bool
    """Whether its EXIF data say that it must be turned."""
    animated: bool
    """Whether it has more than one frame."""
    deep: bool
    """Whether a value has 16 bits."""
    of_print: bool
    """Whether its colours are those of printing: CMYK."""


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """A file, not yet decoded.

    Raises:
        DataError: It is missing, damaged, of another kind, or too large.
    """
    check_regular(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # of size, which is checked here; of EXIF data, which then are not looked at
            with Image.open(path, formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise _too_large(path, f"{image.width:,}x{image.height:,} pixels")
                yield image
    except DataError:
        raise
    except Image.DecompressionBombError:
        raise _too_large(path, "more pixels than any picture that is read") from None
    except FileNotFoundError:
        raise refused(path, "there is no such file; a link may lead to nothing") from None
    except PermissionError:
        raise refused(path, "it may not be read") from None
    except BROKEN:
        raise refused(path, _not_read(path)) from None


def _not_read(path: Path) -> str:
    """Why a file cannot be read: of its first bytes may be seen that it is a picture of another kind."""
    try:
        with path.open("rb") as stream:
            beginning = stream.read(16)
    except OSError:
        beginning = b""
    kind = next((kind for place, mark, kind in OTHER_KINDS if beginning[place:].startswith(mark)), None)
    if kind is None:
        return "damaged, or no picture; repair it or leave it out"
    return f"pictures of the kind {kind} are not read, whatever the name says; convert it to PNG"


def _too_large(path: Path, size: str) -> DataError:
    return refused(path, f"{size}; a picture may have at most {MOST_PIXELS:,}")


def header_of(path: Path) -> Header:
    """Looks at the beginning of a file.

    Raises:
        DataError: It cannot be read, or is too large.
    """
    with _opened(path) as image:
        if image.mode not in GREY_MODES + COLOUR_MODES:
            raise refused(path, f"pixels of the kind {image.mode} are not read; convert it to PNG")
        orientation = _orientation(image)
        height, width = (image.width, image.height) if orientation >= 5 else (image.height, image.width)
        return Header(
            height,
            width,
            is_grey=_is_grey(image),
            alpha=_has_alpha(image),
            turned=orientation != 1,
            animated=bool(getattr(image, "is_animated", False)),
            deep=_is_deep(image),
            of_print=image.mode == "CMYK",
        )


def _orientation(image: Image.Image) -> int:
    """As EXIF data before the pixels say; of a PNG the general method is asked, for its own decodes all pixels."""
    orientation = Image.Image.getexif(image).get(ORIENTATION)
    return orientation if orientation in UPRIGHT else 1


def _is_grey(image: Image.Image) -> bool:
    if image.mode not in ("P", "PA"):
        return image.mode in GREY_MODES
    palette = np.array(image.getpalette("RGB") or [], dtype=np.int64).reshape(-1, 3)
    return bool((palette == palette[:, :1]).all())


def _is_deep(image: Image.Image) -> bool:
    """Whether values have more than 8 bits, though Pillow may keep 8: its tiles say how the file has them."""
    kinds = [kind for tile in getattr(image, "tile", ()) for kind in np.atleast_1d(np.array(tile[3], dtype=object))]
    return image.mode.startswith("I") or any(
        kind > 255 if isinstance(kind, int) and image.format == "PPM" else ";16" in str(kind) for kind in kinds
    )


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ALPHA_MODES or "transparency" in image.info


def pixels_of(path: Path, color: str, size: tuple[int, int] | None, fit: str, ground: int = 255) -> np.ndarray:
    """A picture as it is looked at: upright, on white, its first frame; ``(C, H, W)`` uint8.

    Args:
        path: The file.
        color: ``grey`` (luma 0.299 R + 0.587 G + 0.114 B) or ``rgb``.
        size: Height and width; None: its own.
        fit: ``crop`` or ``stretch``; see ``resized``.
        ground: The grey that transparent parts show.

    Raises:
        DataError: It cannot be read.

    References:
        ITU-R BT.601 (2011), "Studio encoding parameters of digital television", section 2.5.1 (luma).
    """
    with _opened(path) as image:
        orientation = _orientation(image)
        image.load()
        upright = image.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else image
        flat = _on_ground(_eight_bits(upright), ground).convert("L" if color == "grey" else "RGB")
        return channels_first(np.asarray(resized(flat, size, fit)))


def channels_first(pixels: np.ndarray) -> np.ndarray:
    """``(H, W)`` or ``(H, W, C)`` as ``(C, H, W)``."""
    return pixels[np.newaxis] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)


def resized(image: Image.Image, size: tuple[int, int] | None, fit: str) -> Image.Image:
    """A picture in another size: bilinear, over so many pixels as become one.

    Args:
        image: The picture.
        size: Height and width; None: as it is.
        fit: ``crop``: the largest part in the middle that has the ratio of ``size``; ``stretch``: all of it.
    """
    if size is None or (image.height, image.width) == tuple(size):
        return image
    wanted = (size[1], size[0])
    if fit == "crop":
        image = _middle(image, *size)
    return image.resize(wanted, Image.Resampling.BILINEAR)


def _middle(image: Image.Image, height: int, width: int) -> Image.Image:
    """The largest part in the middle with a ratio, in whole pixels."""
    high, wide = image.height, image.width
    if wide * height > high * width:
        wide = max(1, round(high * width / height))
    else:
        high = max(1, round(wide * height / width))
    left, top = (image.width - wide) // 2, (image.height - high) // 2
    return image.crop((left, top, left + wide, top + high))


def _eight_bits(image: Image.Image) -> Image.Image:
    """Values of 16 bits as 0..255, and the one that means transparent."""
    transparent = image.info.get("transparency")
    if not image.mode.startswith("I"):
        if isinstance(transparent, tuple) and max(transparent) > 255:  # Pillow keeps the upper 8 bits of colours
            image.info["transparency"] = tuple(value >> 8 for value in transparent)
        return image
    values = np.clip(np.asarray(image).astype(np.int64), 0, 65535)
    grey = Image.fromarray(((values + 128) // 257).astype(np.uint8))
    if transparent is not None:
        grey.putalpha(Image.fromarray(np.where(values == transparent, 0, 255).astype(np.uint8)))
    return grey


def _on_ground(image: Image.Image, grey: int) -> Image.Image:
    """Transparent parts show a grey."""
    if not _has_alpha(image):
        return image
    front = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", front.size, (grey, grey, grey, 255)), front)
