"use strict";
// Figures: what a mark says under the pointer, lines on and off, a logarithmic axis, zoom.
for (const figure of document.querySelectorAll("figure.figure")) {
  const svg = figure.querySelector("svg"), told = JSON.parse(svg.dataset.told ?? '{"plots":[],"series":[],"marks":[]}');
  const make = (tag, properties, ...inner) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...inner);
    return element;
  };
  const tip = make("div", { className: "tip", hidden: true, ariaHidden: "true" }), bar = make("p", { className: "bar", role: "group" });
  bar.setAttribute("aria-labelledby", svg.querySelector("title").id);
  const colours = (element) => ["stroke", "fill"].map((key) => element.getAttribute(key)?.toLowerCase());
  const plots = told.plots.flatMap((plot, number) => {
    const group = svg.querySelector(`[data-plot="${number}"]`);
    if (!plot || !group) return [];
    const axes = [...group.querySelectorAll("[data-axis]")].map((axis) => ({ axis, children: [...axis.children] }));
    return [{ ...plot, number, group, axes, now: { x: plot.x, y: plot.y, log: plot.log }, drawn: drawnIn(group) }];
  });
  // What shows values: lines, surfaces and markers, cut off at the borders of the axes.
  function drawnIn(group) {
    return [...group.querySelectorAll("[clip-path] use, use[clip-path], path[clip-path], [clip-path] path")]
      .filter((e) => !e.closest("defs,[data-axis],[data-legend]"))
      .map((e) => {
        if (e.tagName === "use") return { e, places: [[+e.getAttribute("x"), +e.getAttribute("y")]] };
        const d = e.getAttribute("d"), pieces = [...d.matchAll(/([MLz])(?: (\S+) (\S+))?/g)];
        return { e, d, pieces, curved: /[CQAHV]/.test(d), places: pieces.filter((p) => p[2]).map((p) => [+p[2], +p[3]]) };
      });
  }
  const scaled = (v, log) => (log ? Math.log10(v) : v);
  // What is 0 or less lies below a logarithmic axis.
  const share = (v, [low, high], log) => (scaled(log ? Math.max(v, low / 1000) : v, log) - scaled(low, log)) / (scaled(high, log) - scaled(low, log));
  const back = (s, [low, high], log) => ((v) => (log ? 10 ** v : v))(scaled(low, log) + s * (scaled(high, log) - scaled(low, log)));
  const value = (plot, [x, y], of = plot) => [
    back((x - plot.box[0]) / (plot.box[2] - plot.box[0]), of.x, of.log[0]),
    back((plot.box[3] - y) / (plot.box[3] - plot.box[1]), of.y, of.log[1]),
  ];
  const place = (plot, [x, y]) => [
    plot.box[0] + share(x, plot.now.x, plot.now.log[0]) * (plot.box[2] - plot.box[0]),
    plot.box[3] - share(y, plot.now.y, plot.now.log[1]) * (plot.box[3] - plot.box[1]),
  ];
  const inside = ({ box }, [x, y]) => x >= box[0] - 0.5 && x <= box[2] + 0.5 && y >= box[1] - 0.5 && y <= box[3] + 0.5;
  // A value with no more digits than the drawing has: places are known to a hundredth of a point.
  function rounded(plot, k, v) {
    if (!k && plot.whole) return Math.round(v);
    const range = k ? plot.y : plot.x, length = k ? plot.box[3] - plot.box[1] : plot.box[2] - plot.box[0];
    const worth = (plot.log[k] ? Math.abs(v) * Math.log(range[1] / range[0]) : Math.abs(range[1] - range[0])) / length / 100;
    const unit = 10 ** Math.ceil(Math.log10(worth));
    return +(Math.round(v / unit) * unit).toPrecision(12) || 0;
  }
  const read = (plot, from, name) => {
    const said = value(plot, from).map((v, k) => plot.numeric[k] && `${plot.names[k]} ${rounded(plot, k, v)}`.trim()).filter(Boolean);
    return `${name ? `${name}: ` : ""}${said.join(", ")}`;
  };
  // What says something: each mark with its places on paper, and the words of one of them.
  const targets = told.marks.flatMap(({ plot: number, mark, lines, points, rows, columns, cells }) => {
    const plot = plots.find((each) => each.number === number), group = plot?.group.querySelector(`[data-mark="${mark}"]`);
    if (cells) return [{ plot, rows, columns, cells }];
    if (!group) return [];
    const own = plot.drawn.filter(({ e, curved }) => group.contains(e) && !curved);
    if (lines) return own.map(({ e, places }, i) => ({ plot, e, places, words: (from) => read(plot, from, lines[lines.length > 1 ? i : 0]) }));
    return points.map(([words, ...at]) => ({ plot, e: own[0]?.e, places: at.flatMap((x, i) => (i % 2 ? [] : [[x, at[i + 1]]])), words: () => words }));
  });
  const off = (e) => e?.getAttribute("display") === "none";
  function words(p, plot) {
    const [left, top, right, bottom] = plot.box;
    let best = "", least = 20;
    for (const { plot: own, e, places, words: say, rows, columns, cells } of targets) {
      if (own !== plot || off(e)) continue;
      if (cells) {
        const i = Math.floor(((p.y - top) / (bottom - top)) * rows.length), j = Math.floor(((p.x - left) / (right - left)) * columns.length);
        best = cells[i]?.[j] && `${rows[i]}, ${columns[j]}: ${cells[i][j]}`;
      } else for (const from of places) {
        const spot = place(plot, value(plot, from)), far = Math.hypot(spot[0] - p.x, spot[1] - p.y);
        // What lies outside of the axes is drawn nearer than it is.
        if (far < least && inside(plot, from) && inside(plot, spot)) [best, least] = [say(from), far];
      }
    }
    return best;
  }
  const follow = (event) => {
    const p = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const plot = plots.find((each) => inside(each, [p.x, p.y]));
    tip.textContent = (plot && words(p, plot)) || "";
    tip.hidden = !tip.textContent;
    if (tip.hidden) return;
    const { left, top, width } = figure.getBoundingClientRect();
    const x = Math.max(0, Math.min(event.clientX - left + 12, width - tip.offsetWidth));
    Object.assign(tip.style, { left: `${x}px`, top: `${event.clientY - top + 16}px` });
  };
  svg.addEventListener("pointermove", follow);
  svg.addEventListener("pointerdown", follow);
  svg.addEventListener("pointerleave", () => (tip.hidden = true));
  if (told.series.length > 1) bar.append("Show", ...told.series.map(([name, colour]) => {
    const box = make("input", { type: "checkbox", checked: true });
    box.onchange = () => {
      const show = (e) => (box.checked ? e.removeAttribute("display") : e.setAttribute("display", "none"));
      const edge = ({ e, places }, next) => e.getAttribute("stroke") === "#ffffff" && next?.places.length === places.length && colours(next.e).includes(colour);
      plots.forEach(({ drawn }) => drawn.filter((each, i) => colours(each.e).includes(colour) || edge(each, drawn[i + 1])).forEach(({ e }) => show(e)));
    };
    return make("label", {}, box, ` ${name}`);
  }));
  const curves = new Set(told.marks.filter(({ lines }) => lines).map(({ plot }) => plot));
  const movable = plots.filter(({ number, numeric, drawn, group }) => curves.has(number) && numeric[0] && numeric[1] && drawn.every(({ curved }) => !curved) && !group.querySelector("image"));
  if (movable.length && movable.length === told.plots.length) {
    // Of lines and marks, not of the bands around them.
    const filled = ({ e, pieces }) => pieces && (e.getAttribute("fill") ?? "none") !== "none";
    const heights = (plot) => plot.drawn.filter((each) => !filled(each)).flatMap(({ places }) => places.filter((p) => inside(plot, p)).map((p) => value(plot, p)[1]));
    // Where both axes measure the same, one that is logarithmic would bend what is straight.
    const logarithmic = (plot) => !plot.log[1] && !plot.same;
    const positive = movable.some((plot) => logarithmic(plot) && heights(plot).every((v) => v > 0));
    const box = make("input", { type: "checkbox" });
    const zoomed = (factor) => movable.forEach((plot) => {
      plot.now.x = factor ? [0.5 - factor / 2, 0.5 + factor / 2].map((s) => back(s, plot.now.x, plot.log[0])) : plot.x;
      view(plot);
    });
    box.onchange = () => movable.forEach((plot) => {
      const values = heights(plot), low = Math.min(...values), log = box.checked && logarithmic(plot) && low > 0;
      plot.now.log = [plot.log[0], log || plot.log[1]];
      plot.now.y = log ? [low / 1.1, Math.max(...values) * 1.1] : plot.y;
      view(plot);
    });
    if (positive) bar.append(make("label", {}, box, " vertical axis logarithmic"));
    for (const [name, factor] of [["Zoom in", 0.5], ["Zoom out", 2], ["Whole", 0]])
      bar.append(make("button", { type: "button", onclick: () => zoomed(factor) }, name));
  }
  function view(plot) {
    const whole = plot.now.x === plot.x && plot.now.y === plot.y;
    for (const { e, d, places, pieces } of plot.drawn) {
      const now = whole ? places : places.map((p) => place(plot, value(plot, p)).map((v) => +v.toFixed(2)));
      if (!pieces) [e.setAttribute("x", now[0][0]), e.setAttribute("y", now[0][1])];
      else {
        let k = 0;
        e.setAttribute("d", whole ? d : pieces.map((p) => (p[2] ? `${p[1]} ${now[k++].join(" ")}` : p[1])).join(" "));
      }
    }
    // Words and marks that do not move with the axes would stand at wrong places.
    plot.group.querySelectorAll("[data-fixed]").forEach((e) => (whole ? e.removeAttribute("display") : e.setAttribute("display", "none")));
    plot.axes.forEach(({ axis, children }, k) => (whole ? axis.replaceChildren(...children) : ticks(plot, axis, children, k)));
  }
  // New ticks and lines of the grid in place of those that were drawn; the name of the axis stays.
  function ticks(plot, axis, children, k) {
    const range = plot.now[k ? "y" : "x"], log = plot.now.log[k], [left, top, right, bottom] = plot.box;
    const add = (tag, properties) => {
      const element = document.createElementNS(svg.namespaceURI, tag);
      for (const [key, to] of Object.entries(properties)) element.setAttribute(key, to);
      axis.append(element);
      return element;
    };
    axis.replaceChildren(...children.filter((child) => child.matches("[data-name]")));
    const step = ((raw) => ((power) => power * [1, 2, 5, 10].find((s) => s * power >= raw))(10 ** Math.floor(Math.log10(raw))))((range[1] - range[0]) / 6);
    const least = plot.whole && !k ? Math.max(1, step) : step;
    const within = (values) => values.filter((each) => each >= range[0] && each <= range[1]);
    const even = within(Array.from({ length: 20 }, (_, i) => (Math.ceil(range[0] / least) + i) * least));
    const powers = log ? within(Array.from({ length: 40 }, (_, i) => [1, 2, 5].map((s) => s * 10 ** (Math.floor(Math.log10(range[0])) + i))).flat()) : [];
    for (const v of powers.length > 2 ? powers : even) {
      const [x, y] = place(plot, k ? [plot.now.x[0], v] : [v, plot.now.y[0]]);
      add("path", { d: k ? `M ${left} ${y} L ${right} ${y}` : `M ${x} ${bottom} L ${x} ${top}`, stroke: "#e6e6e6", "stroke-width": 0.6, fill: "none" });
      add("text", { x: x - (k ? 7 : 0), y: y + (k ? 3 : 14), "font-size": 8, fill: "#222222", "text-anchor": k ? "end" : "middle" }).textContent = +v.toPrecision(6);
    }
  }
  if (bar.children.length) svg.parentNode.after(bar);
  if (targets.length) figure.append(tip);
}
