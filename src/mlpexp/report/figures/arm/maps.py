"""Pictures of a self-organizing map: distances between its units, the samples that each attracts, its weights.

All show one map, that of the first seed: maps of other seeds may be turned or mirrored, so a mean over seeds says nothing.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Wedge

from mlpexp.report.drawing.look import WIDTH
from mlpexp.report.drawing.marks import colour_bar
from mlpexp.report.drawing.style import INK, LEGEND_ROW, SCALE, Drawing, class_style, in_style, new_figure
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.report.words import abbreviations, middle_cut, shortened

UNIT_COLUMNS = ("seed", "unit", "row", "column", "across", "down")
PLACE = ["across", "down"]
LARGEST_DISK = 0.46  # radius, of the distance between neighbours
MOST_LABELLED = 400  # units; more leave no room for letters
MOST_FEATURES = 16


@in_style()
def draw_u_matrix(u_matrix: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """Distances between neighbouring units as cells between them: dark valleys are clusters, bright walls divide them."""
    rows = _first_seed(u_matrix)
    if rows.empty or not caption.grid:
        return None
    num_units = caption.grid[0] * caption.grid[1]
    dot = " (dot)" if num_units <= MOST_LABELLED else ""
    note = (
        f"U-matrix: distance between neighbouring units, at a unit{dot} the mean over its neighbours{_seed(u_matrix)}"
    )
    figure = new_figure(caption.title, note, height=_height(caption, WIDTH - 1.2), shape="fixed")
    axes = figure.add_subplot()
    cells = draw_distances(axes, rows, caption.topology, num_dots=num_units if dot else 0)
    colour_bar(figure, cells, axes, "distance")
    return Drawing(figure, rows.reset_index(drop=True))


def draw_distances(axes: Axes, rows: pd.DataFrame, topology: str, *, num_dots: int) -> PolyCollection:
    """The cells of one map, and white dots on the first ``num_dots`` of them, the units."""
    places = rows[PLACE].to_numpy(dtype=float)
    cells = _cells(places, topology, 0.5)
    cells.set(cmap=SCALE, array=rows["distance"].to_numpy(dtype=float), edgecolor="face", linewidth=0.3)
    axes.add_collection(cells)
    if num_dots:
        axes.plot(*places[:num_dots].T, "o", color="white", markersize=1.6, markeredgewidth=0.3, markeredgecolor=INK)
    _frame(axes, places, 0.5)
    return cells


def map_shape(rows: pd.DataFrame) -> tuple[int, int, str]:
    """Rows, columns and topology of the map whose U-matrix this is, by the places of its cells.

    The units come first, row by row, from (0, 0) on; rows of hexagons are sqrt(3) / 2 apart, those of squares 1.
    """
    across, down = rows["across"].to_numpy(dtype=float), rows["down"].to_numpy(dtype=float)
    hexagonal = bool((np.abs(2 * down - np.round(2 * down)) > 1e-3).any())
    step = np.sqrt(3) / 2 if hexagonal else 1.0
    topology = "hexagonal" if hexagonal else "rectangular"
    return round(down.max() / step) + 1, round(across[down == 0].max()) + 1, topology


@in_style()
def draw_hits(hits: pd.DataFrame, units: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """The samples that each unit is nearest to: a disk per unit, its area their number, its sectors and letters the class."""
    rows, places = _first_seed(hits), _first_seed(units).set_index("unit")[PLACE]
    if rows.empty or not caption.grid:
        return None
    grouped = rows.groupby(["unit", "class"] if "class" in rows.columns else ["unit"])["hits"].sum().reset_index()
    totals = grouped.groupby("unit")["hits"].sum()
    num_empty = len(places) - len(totals)
    empty = f"; {num_empty} of {len(places)} units {'has' if num_empty == 1 else 'have'} none" if num_empty else ""
    letters = "; letters: most frequent class" if "class" in grouped.columns and len(places) <= MOST_LABELLED else ""
    note = f"all {totals.sum():,} samples at their nearest unit; area: how many, at most {totals.max():,}"
    note += f"{letters}{empty}{_seed(hits)}"
    figure = new_figure(caption.title, note, height=_height(caption, WIDTH - 1.2), shape="fixed")
    axes = figure.add_subplot()
    axes.add_collection(
        _cells(places.to_numpy(dtype=float), caption.topology, 1.0, facecolor="none", edgecolor="#D5D5D5")
    )
    names = (
        [caption.class_name(k) for k in range(max(len(caption.class_names), int(grouped["class"].max()) + 1))]
        if "class" in grouped.columns
        else []
    )
    short = abbreviations(names) if letters else names
    centres = dict(zip(places.index.tolist(), zip(places["across"], places["down"], strict=True), strict=True))
    size = 6.5 if len(places) <= 150 else 5
    for unit, hits_of_unit in grouped.groupby("unit"):
        x, y = centres[int(str(unit))]
        radius = LARGEST_DISK * float(np.sqrt(totals[unit] / totals.max()))
        if not names:
            axes.add_patch(Circle((x, y), radius, color=class_style(0)[0], linewidth=0))
            continue
        _add_pie(axes, (x, y), radius, hits_of_unit)
        if letters:
            most = short[int(hits_of_unit["class"].to_numpy()[hits_of_unit["hits"].to_numpy().argmax()])]
            axes.text(x, y, most, ha="center", va="center", fontsize=size, color=INK)
    _frame(axes, places.to_numpy(dtype=float), 1.0)
    _class_legend(axes, names, short)
    if names:
        grouped["class"] = [names[int(number)] for number in grouped["class"]]
    return Drawing(figure, grouped.assign(**{name: grouped["unit"].map(places[name]) for name in PLACE}))


@in_style()
def draw_code_book(units: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """The weights of all units in the units of the data: a panel per feature, or for images each unit as an image."""
    rows = _first_seed(units)
    features = [column for column in rows.columns if column not in UNIT_COLUMNS]
    if rows.empty or not caption.grid or not features:
        return None
    if len(caption.input_shape) == 3:
        return _draw_images(rows, features, caption, _seed(units))
    shown = features[:MOST_FEATURES]
    some = f", the first {len(shown)} of {len(features)}" if len(shown) < len(features) else ""
    columns = min(2 if len(shown) <= 4 else 4, len(shown))
    num_rows = -(-len(shown) // columns)
    note = f"weight of each unit, a panel per feature{some}{_seed(units)}"
    panel_height = _height(caption, WIDTH / columns - 0.75, extra=0.3)
    figure = new_figure(caption.title, note, height=0.5 + panel_height * num_rows, shape="fixed")
    places = rows[PLACE].to_numpy(dtype=float)
    for number, feature in enumerate(shown, 1):
        axes = figure.add_subplot(num_rows, columns, number)
        cells = _cells(places, caption.topology, 1.0)
        cells.set(cmap=SCALE, array=rows[feature].to_numpy(dtype=float), edgecolor="face", linewidth=0.3)
        axes.add_collection(cells)
        _frame(axes, places, 1.0)
        axes.set_title(middle_cut(feature, 60 // columns - 2), fontsize=8, pad=3)
        bar = colour_bar(figure, cells, axes, fraction=0.06)
        bar.ax.tick_params(labelsize=6.5, length=2, pad=1.5)
    return Drawing(figure, rows[[*UNIT_COLUMNS, *shown]].reset_index(drop=True))


def _draw_images(rows: pd.DataFrame, features: Sequence[str], caption: RunCaption, seed: str) -> Drawing:
    pixels = rows[features].to_numpy(dtype=float).reshape(-1, *caption.input_shape).mean(1)
    note = f"the weights of each unit as an image{seed}"
    figure = new_figure(caption.title, note, height=_height(caption, WIDTH - 0.3), shape="fixed")
    axes = figure.add_subplot()
    places = rows[PLACE].to_numpy(dtype=float)
    half = 0.47 * (np.sqrt(3) / 2 if caption.topology == "hexagonal" else 1.0)  # rows of hexagons are closer
    for (x, y), picture in zip(places, pixels, strict=True):
        axes.imshow(
            picture,
            cmap="gray_r",
            vmin=0,
            vmax=255,
            interpolation="nearest",
            extent=(x - half, x + half, y + half, y - half),
        )
    _frame(axes, places, 1.0)
    return Drawing(figure, rows.reset_index(drop=True))


def _add_pie(axes: Axes, centre: tuple[float, float], radius: float, hits: pd.DataFrame) -> None:
    """Sectors from the top, clockwise, in the order of the classes."""
    shares = hits["hits"].to_numpy(dtype=float) / hits["hits"].sum()
    ends = 360 * np.cumsum(shares)
    for label, start, end in zip(hits["class"], ends - 360 * shares, ends, strict=True):
        colour = np.asarray(to_rgb(class_style(int(label))[0]))
        axes.add_patch(Wedge(centre, radius, start - 90, end - 90, facecolor=0.45 + 0.55 * colour, linewidth=0))


def _class_legend(axes: Axes, names: Sequence[str], short: Sequence[str]) -> None:
    handles = []
    for number, (name, letters) in enumerate(zip(names, short, strict=True)):
        colour = 0.45 + 0.55 * np.asarray(to_rgb(class_style(number)[0]))
        label = name if name == letters else f"{letters}: {shortened(name, 22)}"
        handles.append(Line2D([], [], linestyle="none", marker="o", markersize=7, color=tuple(colour), label=label))
    if handles:
        figure = axes.get_figure(root=True)
        assert figure is not None
        longest = max(len(str(handle.get_label())) for handle in handles)
        columns = max(1, min(len(handles), LEGEND_ROW // (longest + 5)))
        figure.legend(handles=handles, loc="outside lower center", ncols=columns, handletextpad=0.1, columnspacing=1.0)


def _cells(places: np.ndarray, topology: str, size: float, **style: object) -> PolyCollection:
    """A hexagon or square around each place, without gaps for places at distance ``size``."""
    if topology == "hexagonal":
        angles = np.deg2rad(np.arange(30, 390, 60))
        corners = size / np.sqrt(3) * np.stack([np.cos(angles), np.sin(angles)], 1)
    else:
        corners = size / 2 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], dtype=float)
    return PolyCollection(list(places[:, None] + corners), **style)  # type: ignore[arg-type]


def _frame(axes: Axes, places: np.ndarray, size: float) -> None:
    """Limits around all cells, the first row at the top, equal scales, no axes."""
    room = 0.62 * size
    axes.set_xlim(places[:, 0].min() - room, places[:, 0].max() + room)
    axes.set_ylim(places[:, 1].max() + room, places[:, 1].min() - room)
    axes.set_aspect("equal")
    axes.set_axis_off()


def _height(caption: RunCaption, width: float, extra: float = 0.95) -> float:
    """Of a figure, or panel, whose map is so wide, in inches; very long maps are narrower instead."""
    rows, columns = caption.grid
    return extra + float(np.clip(width * map_aspect(rows, columns, caption.topology), 0.6, 1.15 * WIDTH))


def map_aspect(rows: int, columns: int, topology: str) -> float:
    """Height of a map divided by its width."""
    return float((rows * (np.sqrt(3) / 2 if topology == "hexagonal" else 1.0) + 0.2) / (columns + 0.5))


def _first_seed(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["seed"] == table["seed"].iloc[0]] if len(table) else table


def _seed(table: pd.DataFrame) -> str:
    count, first = table["seed"].nunique(), int(table["seed"].iloc[0])
    return f"; seed {first}" + (f" (of {count})" if count > 1 else "")
