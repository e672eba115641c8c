"""Random tables as people and programs write them, with what must be read from them; and what goes wrong in tables."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

COLOURS = ("red", "green", "blue")
NUMBERS: dict[str, Callable[[Random], float]] = {
    "small": lambda random: round(random.gauss(0, 1), 3),
    "whole": lambda random: float(random.randrange(100)),
    "large": lambda random: round(random.uniform(1e5, 1e9), 1),
    "tiny": lambda random: round(random.uniform(0.001, 0.999), 3),
}
CELLS = (
    "", " ", "nan", "NA", "null", "None", "inf", "-inf", "1e400", "1e308", "1e-320", "9" * 400, "0x10", "1_000", "1,5",
    "١٢", "½", "１", "²", "true", "2024-01-01", "=cmd()", "@SUM(1)", "+1", "--1", "a\nb", 'a"b', '"', "'", "a,b",
    "\x00", "\x1b[31m", "\ufeff", "é", "日本", "🎉", "x" * 20_000, "\\input{x}", "<script>", "|", "../../x", " 1", "\t1",
    "1.", ".5", "1e", "+-1", "1d5", "#", "%", "\r", "\x85", "\u2028", "__class__", "-0",
)  # fmt: skip
HEADS = (
    "", " ", "y", "y ", "1", "a,b", "é", "seed", "part", "index", "target", "predicted", "probability", "\x1b[31m",
    "x" * 1000, "=1+1", "a\nb", "\ufeffa", "\x00", '"', "$", "class", "epoch",
)  # fmt: skip


@dataclass(frozen=True)
class Written:
    """A table as bytes, and its columns: numbers, and words."""

    content: bytes
    numbers: dict[str, list[float]]
    words: dict[str, list[str]]
    how: str
    options: dict[str, str] = field(default_factory=dict)


def sound_table(random: Random) -> Written:
    """A table without faults: columns of numbers and one of words, and ``y``, of three words."""
    num_rows = random.choice([12, 30, 60])
    kinds = random.choices(list(NUMBERS), k=random.randint(1, 4))
    numbers = {f"{kind} {place}": [NUMBERS[kind](random) for _ in range(num_rows)] for place, kind in enumerate(kinds)}
    words = {name: [random.choice(COLOURS) for _ in range(num_rows)] for name in ("colour", "y")}
    for column in words.values():
        column[:6] = 2 * COLOURS  # a class of one sample is refused
    delimiter = random.choice(",;\t|")
    comma = delimiter != "," and random.random() < 0.3
    quoted = random.random() < 0.3
    names = [*numbers, *words]
    random.shuffle(names)

    def cell(name: str, row: int) -> str:
        text = words[name][row] if name in words else repr(numbers[name][row])
        text = text.replace(".", ",") if comma and name in numbers else text
        return f'"{text}"' if quoted else text

    end = random.choice(["\n", "\r\n"])
    lines = [delimiter.join(names), *(delimiter.join(cell(name, row) for name in names) for row in range(num_rows))]
    encoding = random.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    how = f"{num_rows} rows, {delimiter!r}, decimal {'comma' if comma else 'point'}, {encoding}, {end!r}"
    content = (end.join(lines) + random.choice([end, ""])).encode(encoding)
    return Written(content, numbers, words, how + (", quoted" if quoted else ""))


def spoiled(table: Written, random: Random) -> bytes:
    """The bytes of a table with one to three things wrong in its cells, lines or bytes."""
    lines = [line.split(",") for line in table.content.decode("utf-8", "replace").splitlines()]
    for _ in range(random.randint(1, 3)):
        line = random.choice(lines[1:])
        match random.randrange(8):
            case 0 | 1 | 2:
                line[random.randrange(len(line))] = random.choice(CELLS)
            case 3:
                lines[0][random.randrange(len(lines[0]))] = random.choice(HEADS)
            case 4:
                line.append("x")
            case 5:
                lines.insert(random.randrange(len(lines)), [random.choice(CELLS)])
            case 6:
                place, text = random.randrange(len(line)), random.choice(CELLS)
                for other in lines[1:]:
                    other[place : place + 1] = [text]
            case 7:
                del lines[random.randrange(1, len(lines)) :]
                lines.append([*lines[0]])
    content = "\n".join(",".join(line) for line in lines).encode("utf-8", "surrogatepass")
    match random.randrange(8):
        case 0:
            place = random.randrange(len(content))
            return content[:place] + random.randbytes(2) + content[place:]
        case 1:
            return content[: random.randrange(len(content))]
        case 2:
            return content.decode("utf-8").encode("utf-16")
    return content
