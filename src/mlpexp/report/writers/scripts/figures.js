"use strict";
// Figures: the value under the pointer, lines on and off, a logarithmic axis, zoom.
for (const figure of document.querySelectorAll("figure.figure")) {
  const svg = figure.querySelector("svg"), told = JSON.parse(svg.dataset.told ?? '{"plots":[],"series":[]}');
  const make = (tag, properties, ...inner) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...inner);
    return element;
  };
  const tip = make("div", { className: "tip", hidden: true }), bar = make("p", { className: "bar" });
  const colours = (element) => ["stroke", "fill"].map((key) => element.getAttribute(key)?.toLowerCase());
  const named = (element) => told.series.find(([, colour]) => colours(element).includes(colour))?.[0];
  const plots = told.plots.flatMap((plot, place) => {
    const group = svg.querySelector(`[data-plot="${place}"]`);
    return plot && group ? [{ ...plot, group, now: { x: plot.x, y: plot.y, log: plot.log }, drawn: drawnIn(group) }] : [];
  });
  // What shows values: lines, surfaces and markers, cut off at the borders of the axes.
  function drawnIn(group) {
    return [...group.querySelectorAll("[clip-path] use, use[clip-path], path[clip-path], [clip-path] path")]
      .filter((e) => !e.closest("defs,[data-axis],[data-legend]"))
      .map((e) => {
        if (e.tagName === "use") return { e, places: [[+e.getAttribute("x"), +e.getAttribute("y")]] };
        const pieces = [...e.getAttribute("d").matchAll(/([MLz])(?: (\S+) (\S+))?/g)];
        return { e, pieces, curved: /[CQAHV]/.test(e.getAttribute("d")), places: pieces.filter((p) => p[2]).map((p) => [+p[2], +p[3]]) };
      });
  }
  const scaled = (v, log) => (log ? Math.log10(v) : v);
  const share = (v, [low, high], log) => (scaled(v, log) - scaled(low, log)) / (scaled(high, log) - scaled(low, log));
  const back = (s, [low, high], log) => ((v) => (log ? 10 ** v : v))(scaled(low, log) + s * (scaled(high, log) - scaled(low, log)));
  const value = (plot, [x, y], of = plot) => [
    back((x - plot.box[0]) / (plot.box[2] - plot.box[0]), of.x, of.log[0]),
    back((plot.box[3] - y) / (plot.box[3] - plot.box[1]), of.y, of.log[1]),
  ];
  const place = (plot, [x, y]) => [
    plot.box[0] + share(x, plot.now.x, plot.now.log[0]) * (plot.box[2] - plot.box[0]),
    plot.box[3] - share(y, plot.now.y, plot.now.log[1]) * (plot.box[3] - plot.box[1]),
  ];
  const at = (e) => new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const plotAt = ({ x, y }) => plots.find(({ box }) => x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3]);
  let last = null;
  svg.addEventListener("pointermove", (e) => {
    const p = at(e), plot = (last = plotAt(p));
    let best = null, least = 20;
    plot?.drawn.forEach(({ e: element, places, curved }) => {
      if (curved || element.getAttribute("display") === "none") return;
      for (const from of places) {
        const spot = place(plot, value(plot, from)), far = Math.hypot(spot[0] - p.x, spot[1] - p.y);
        if (far < least) [best, least] = [[element, from], far];
      }
    });
    tip.hidden = !best;
    if (!best) return;
    const [x, y] = value(plot, best[1]).map((v) => +v.toPrecision(4)), name = named(best[0]);
    const said = [plot.numeric[0] && `${plot.names[0]} ${x}`, plot.numeric[1] && `${plot.names[1]} ${y}`].filter(Boolean);
    tip.textContent = `${name ? `${name}: ` : ""}${said.join(", ")}`;
    const inner = figure.getBoundingClientRect();
    Object.assign(tip.style, { left: `${e.clientX - inner.left + 12}px`, top: `${e.clientY - inner.top + 12}px` });
  });
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
  const movable = plots.filter(({ numeric, drawn, group }) => numeric[0] && numeric[1] && drawn.length && drawn.every(({ curved }) => !curved) && !group.querySelector("image"));
  if (movable.length && movable.length === told.plots.length) {
    const positive = movable.some((plot) => !plot.log[1] && plot.drawn.every(({ places }) => places.every((p) => value(plot, p)[1] > 0)));
    const box = make("input", { type: "checkbox" });
    const zoomed = (factor) => movable.forEach((plot) => {
      plot.now.x = factor ? [0.5 - factor / 2, 0.5 + factor / 2].map((s) => back(s, plot.now.x, plot.log[0])) : plot.x;
      view(plot);
    });
    box.onchange = () => movable.forEach((plot) => {
      const values = plot.drawn.flatMap(({ places }) => places.map((p) => value(plot, p)[1])), low = Math.min(...values);
      plot.now.log = [plot.log[0], box.checked || plot.log[1]];
      plot.now.y = box.checked && !plot.log[1] && low > 0 ? [low / 1.1, Math.max(...values) * 1.1] : plot.y;
      if (low <= 0) plot.now.log = plot.log;
      view(plot);
    });
    if (positive) bar.append(make("label", {}, box, " logarithmic"));
    for (const [name, factor] of [["Zoom in", 0.5], ["Zoom out", 2], ["Whole", 0]])
      bar.append(make("button", { type: "button", onclick: () => zoomed(factor) }, name));
  }
  function view(plot) {
    for (const { e, places, pieces } of plot.drawn) {
      const now = places.map((p) => place(plot, value(plot, p)).map((v) => +v.toFixed(2)));
      if (!pieces) [e.setAttribute("x", now[0][0]), e.setAttribute("y", now[0][1])];
      else {
        let k = 0;
        e.setAttribute("d", pieces.map((p) => (p[2] ? `${p[1]} ${now[k++].join(" ")}` : p[1])).join(" "));
      }
    }
    plot.group.querySelectorAll("[data-axis]").forEach((axis, k) => ticks(plot, axis, k));
  }
  // New ticks of an axis, in place of those that were drawn, whose name stays.
  function ticks(plot, axis, k) {
    const range = plot.now[k ? "y" : "x"], log = plot.now.log[k], texts = [...axis.querySelectorAll("text")];
    const name = texts.find((each) => each.textContent === plot.names[k]) ?? null;
    for (const child of [...axis.children]) if (!child.contains(name)) child.remove();
    const step = ((raw) => ((power) => power * [1, 2, 5, 10].find((s) => s * power >= raw))(10 ** Math.floor(Math.log10(raw))))((range[1] - range[0]) / 6);
    let values = Array.from({ length: 20 }, (_, i) => (Math.ceil(range[0] / step) + i) * step);
    if (log) values = Array.from({ length: 40 }, (_, i) => [1, 2, 5].map((s) => s * 10 ** (Math.floor(Math.log10(range[0])) + i))).flat();
    for (const v of values.filter((each) => each >= range[0] && each <= range[1])) {
      const spot = place(plot, k ? [plot.now.x[0], v] : [v, plot.now.y[0]]), text = document.createElementNS(svg.namespaceURI, "text");
      for (const [key, to] of Object.entries({ x: spot[0] - (k ? 7 : 0), y: spot[1] + (k ? 3 : 14), "font-size": 9, "text-anchor": k ? "end" : "middle" })) text.setAttribute(key, to);
      text.textContent = +v.toPrecision(6);
      axis.append(text);
    }
  }
  if (bar.children.length) svg.after(bar);
  if (plots.length) figure.append(tip);
}
