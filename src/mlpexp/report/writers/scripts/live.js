"use strict";
// Widgets around the trained network: draw, move a point, change a row, go through the epochs.
for (const figure of document.querySelectorAll(".live")) {
  const told = JSON.parse(figure.querySelector("script").textContent), network = new Network(told), { widget } = told;
  const place = figure.querySelector("div"), largest = network.check(), redraws = [];
  const made = (tag, properties, ...inner) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...inner);
    return element;
  };
  const add = (...elements) => place.append(...elements);
  const canvas = (width, height, words, kind = "") => {
    const c = made("canvas", { width, height, className: kind, role: "img", ariaLabel: words });
    return [c, c.getContext("2d", { willReadFrequently: true })];
  };
  const redraw = () => redraws.forEach((draw) => draw());
  // Numbers 0..1 as colours of pixels.
  const paint = (context, width, colours) => {
    const image = context.createImageData(width, colours.length / width);
    colours.forEach((colour, at) => image.data.set([...colour, 255], 4 * at));
    context.putImageData(image, 0, 0);
  };
  if (Number.isNaN(largest)) {
    add(made("p", {}, "The network is not shown: this browser computes something else than what was trained."));
    continue;
  }
  let raw = Array.from(network.samples[0].inputs), show = () => {};
  const choice = made("select", { ariaLabel: "Sample" }, ...network.samples.map((_, i) => made("option", { value: i }, `sample ${i + 1}`)));
  choice.onchange = () => { raw = Array.from(network.samples[choice.value].inputs); show(); redraw(); };
  const bar = made("p", { className: "bar" }, made("label", {}, "Start from ", choice));
  add(bar);
  if (network.epochs.length) {
    const all = [...network.epochs, network.kept], last = all.length - 1, word = made("output");
    const slider = made("input", { type: "range", min: 0, max: last, value: last });
    const said = (i) => (i < last ? `epoch ${told.epochs[i].epoch}` : `epoch ${told.epoch}, whose weights are used`);
    slider.oninput = () => {
      network.layers = all[slider.value];
      word.value = said(+slider.value);
      slider.setAttribute("aria-valuetext", word.value);
      redraw();
    };
    word.value = said(last);
    bar.append(made("label", {}, "Weights of ", slider, " ", word));
  }
  const panels = made("div", { className: "panels" });
  add(panels);
  if (widget.kind === "ink") draw();
  if (widget.kind === "picture") seen();
  if (widget.plane) plane();
  if (widget.fields?.length) row();
  answer();
  weights();
  add(made("p", { className: "checked" }, `checked: largest difference ${largest.toPrecision(1)} on ${network.samples.length} samples`));
  redraw();

  function draw() {
    const side = 196, [paper, pen] = canvas(side, side, "", "paper");
    Object.assign(paper, { tabIndex: 0, ariaLabel: "Paper to draw on; arrows move the pen, with shift it draws" });
    Object.assign(pen, { lineWidth: side / 11, lineCap: "round", lineJoin: "round" });
    let at = [side / 2, side / 2];
    const line = (to, draws) => {
      if (draws) {
        pen.beginPath();
        pen.moveTo(...at);
        pen.lineTo(...to);
        pen.stroke();
        const ink = Float32Array.from({ length: side * side }, ((d) => (_, i) => d[4 * i + 3] / 255)(pen.getImageData(0, 0, side, side).data));
        raw = Array.from(framed(ink, side, widget.frame) ?? raw);
        redraw();
      }
      at = to;
    };
    const point = (e) => ((b) => [((e.clientX - b.left) * side) / b.width, ((e.clientY - b.top) * side) / b.height])(paper.getBoundingClientRect());
    paper.onpointerdown = (e) => { paper.setPointerCapture(e.pointerId); at = point(e); line(at, true); };
    paper.onpointermove = (e) => e.buttons && line(point(e), true);
    paper.onkeydown = (e) => {
      const move = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] }[e.key];
      if (!move) return;
      e.preventDefault();
      line(at.map((v, i) => Math.min(side, Math.max(0, v + move[i]))), e.shiftKey);
    };
    show = () => pen.clearRect(0, 0, side, side);
    bar.append(made("button", { type: "button", onclick: show }, "Clear"));
    panels.append(made("div", {}, "Draw here", paper));
    seen();
  }
  function seen() {
    const [channels, height, width] = told.input.shape, [c, context] = canvas(width, height, "The picture as the network sees it", "seen");
    const size = width * height;
    redraws.push(() => paint(context, width, Array.from({ length: size }, (_, i) => [0, 1, 2].map((k) => raw[(k % channels) * size + i]))));
    panels.append(made("div", {}, "As the network sees it", c));
  }
  function row() {
    const inputs = widget.fields.map(({ kind, levels }) => kind === "choice"
      ? made("select", {}, ...levels.map((level, i) => made("option", { value: i }, level)))
      : made("input", { type: kind === "day" ? "date" : "number", step: "any" }));
    const read = () => {
      widget.fields.forEach(({ kind, at, levels, indicator, missing }, f) => {
        const { value, valueAsNumber } = inputs[f], empty = kind === "choice" ? missing && +value === levels.length - 1 : value === "";
        if (kind === "choice") for (let k = 0; k < levels.length - missing; k++) raw[at + k] = empty ? null : +(k === +value);
        else raw[at] = empty ? null : kind === "day" ? valueAsNumber / 864e5 : valueAsNumber;
        if (indicator !== null) raw[indicator] = +empty;
      });
      redraw();
    };
    show = () => widget.fields.forEach(({ kind, at, levels, missing }, f) => {
      const value = raw[at], one = kind === "choice" ? raw.slice(at, at + levels.length - missing).indexOf(1) : 0;
      if (kind === "choice") inputs[f].value = one < 0 ? levels.length - 1 : one;
      else if (value === null) inputs[f].value = "";
      else if (kind === "day") inputs[f].valueAsNumber = value * 864e5;
      else inputs[f].value = +value.toPrecision(6);
    });
    inputs.forEach((input) => (input.oninput = read));
    panels.append(made("div", { className: "fields" }, ...widget.fields.map(({ label }, f) => made("label", {}, label, inputs[f]))));
    show();
  }
  function plane() {
    const { ranges, points, colours } = widget.plane, side = 360, cells = widget.plane.cells, [c, context] = canvas(side, side, "", "plane");
    const [small, dots] = canvas(cells, cells);
    const rgb = colours.map((colour) => [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16)));
    const value = (axis, share) => ranges[axis][0] + share * (ranges[axis][1] - ranges[axis][0]);
    const spot = (p) => [0, 1].map((axis) => side * Math.abs(axis - (p[axis] - ranges[axis][0]) / (ranges[axis][1] - ranges[axis][0])));
    const dot = (p, size, colour) => {
      context.beginPath();
      context.arc(...spot(p), size, 0, 7);
      Object.assign(context, { fillStyle: colour, strokeStyle: "#fff" });
      context.fill();
      context.stroke();
    };
    const best = (p) => ((o) => [o.indexOf(Math.max(...o)), Math.max(...o)])(network.outputs(p));
    let drawn = null;
    redraws.push(() => {
      if (drawn !== network.layers) paint(dots, cells, Array.from({ length: cells * cells }, (_, i) => {
        const [k, p] = best([value(0, ((i % cells) + 0.5) / cells), value(1, 1 - (Math.floor(i / cells) + 0.5) / cells)]);
        return rgb[k].map((v) => 255 - (255 - v) * (told.probability ? 0.1 + 0.4 * p : 0.4));
      }));
      drawn = network.layers;
      context.drawImage(small, 0, 0, side, side);
      points.forEach(([x, y, k]) => dot([x, y], 3, colours[k]));
      dot(raw, 8, "#000");
    });
    const go = (p) => { raw = p; show(); redraw(); };
    const at = (e) => ((b) => go([value(0, (e.clientX - b.left) / b.width), value(1, 1 - (e.clientY - b.top) / b.height)]))(c.getBoundingClientRect());
    Object.assign(c, { tabIndex: 0, ariaLabel: "The plane of the two inputs; arrows move the point", onpointerdown: at, onpointermove: (e) => e.buttons && at(e) });
    c.onkeydown = (e) => {
      const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[e.key];
      if (!move) return;
      e.preventDefault();
      go(raw.map((v, axis) => v + (move[axis] * (ranges[axis][1] - ranges[axis][0])) / 50));
    };
    panels.append(c);
  }
  function answer() {
    const { classes, target } = told.output, word = made("output", { className: "answer" });
    const bars = (classes ?? []).map((name) => [made("li", {}, name), made("meter", { min: 0, max: 1, ariaLabel: name }), made("span")]);
    bars.forEach(([item, meter, number]) => item.append(told.probability ? meter : "", number));
    redraws.push(() => {
      const outputs = network.outputs(raw), best = outputs.indexOf(Math.max(...outputs));
      word.value = classes ? classes[best] : outputs.map((v, t) => `${target[t]}: ${+v.toPrecision(5)}`).join(", ");
      bars.forEach(([item, meter, number], k) => {
        item.classList.toggle("best", k === best);
        meter.value = outputs[k];
        number.textContent = ` ${outputs[k].toFixed(4)}`;
      });
    });
    panels.append(made("div", {}, "The network says: ", word, made("ul", { className: "classes" }, ...bars.map(([item]) => item))));
  }
  function weights() {
    const first = network.layers.findIndex((l) => l.weight);
    const [, height, width] = told.input.shape, { shape } = network.layers[first].weight, dense = shape.length === 2;
    // One tile for each unit or filter of the first layer; of a table one tile for all.
    const one = !height, size = one ? [shape[0], shape[1]] : dense ? [height, width] : shape.slice(2), most = one ? 1 : Math.min(24, shape[dense ? 1 : 0]);
    const gap = +!one, h = size[0] + gap, across = Math.min(most, 8), w = size[1] + gap, [c, context] = canvas(across * w, Math.ceil(most / across) * h, "Weights of the first layer: blue is negative, red is positive", one ? "weights table" : "weights");
    redraws.push(() => {
      const values = network.layers[first].weight, largest = values.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-9);
      paint(context, c.width, Array.from({ length: c.width * c.height }, (_, at) => {
        const i = Math.floor(at / c.width), j = at % c.width, tile = Math.floor(i / h) * across + Math.floor(j / w), k = i % h, n = j % w;
        if (tile >= most || k === size[0] || n === size[1]) return [255, 255, 255];
        const pixel = k * size[1] + n, v = (one ? values[pixel] : dense ? values[pixel * shape[1] + tile] : values[tile * shape[1] * size[0] * size[1] + pixel]) / largest;
        return v > 0 ? [255, 255 - 205 * v, 255 - 215 * v] : [255 + 225 * v, 255 + 140 * v, 255 + 60 * v];
      }));
    });
    panels.append(made("div", {}, one ? "Weights of the first layer: inputs down, units across" : "Weights of the first layer", c));
  }
}
