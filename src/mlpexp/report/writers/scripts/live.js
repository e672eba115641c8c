"use strict";
// Widgets around the trained network: draw, move a point, change a row, go through the epochs.
// Their parts stand in the page as a template; which of them are there depends on the data.
for (const figure of document.querySelectorAll(".live")) {
  const place = figure.querySelector("div");
  try {
    live(figure, place);
  } catch (error) {
    place.textContent = `The network is not shown: ${typeof error === "string" ? error : "the page is damaged, or the browser too old"}.`;
  }
}
function live(figure, place) {
  const { abs, floor, max, min } = Math, all = (names, root = place) => [...root.querySelectorAll(names)], part = (name) => all(`.${name}`)[0];
  const told = Network.read(figure.querySelector("script").textContent), { classes, target, samples, widget } = told;
  const largest = Network.apart(told);
  if (!(largest <= 1e-5)) throw "this browser computes other numbers";
  place.append(figure.querySelector("template").content);
  part("largest").value = largest.toPrecision(1);

  // Raw inputs and weights are what is changed; fields and paper are renewed where they are not what changed it.
  let raw, { layers } = told;
  const choice = part("sample"), slider = part("epochs"), redraws = [], redraw = (renews) => redraws.forEach((draw) => draw(renews));
  const outputs = (inputs) => Network.outputs({ ...told, layers }, inputs);
  const change = (inputs, renews = true, sample = "") => {
    raw = [...inputs];
    choice.value = sample;
    part("true").value = samples[sample]?.true ?? "";
    redraw(renews);
  };
  choice.onchange = () => change(samples[choice.value].inputs, true, choice.value);
  if (slider) slider.oninput = () => {
    const epoch = told.epochs[slider.value];
    layers = told.layers.map((l, i) => ({ ...l, ...epoch.layers[i] }));
    part("epoch").value = epoch.words;
    redraw();
  };
  const paint = (canvas, colour, { width, height } = canvas, x = 0, y = 0) => {
    const image = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) image.data.set([...colour(i), 255], 4 * i);
    canvas.getContext("2d").putImageData(image, x, y);
  };
  // Calls go with a spot of a canvas, each axis 0..1, and the one before if both are joined; now() is where arrows begin.
  const touched = (canvas, now, go) => {
    canvas.onpointerdown = canvas.onpointermove = (e) => {
      if (!e.buttons) return;
      canvas.setPointerCapture(e.pointerId);
      const to = [e.offsetX / canvas.clientWidth, e.offsetY / canvas.clientHeight];
      go(to, e.type === "pointermove" ? now() : to);
    };
    canvas.onkeydown = (e) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
      if (!step) return;
      e.preventDefault();
      go(now().map((v, axis) => min(1, max(0, (isNaN(v) ? 0.5 : v) + step[axis] / 40))), e.shiftKey && now());
    };
  };

  const paper = part("paper");
  if (paper) {
    const pen = paper.getContext("2d", { willReadFrequently: true }), side = paper.width;
    let spot = [0.5, 0.5];
    pen.lineWidth = side / 11;
    pen.lineCap = pen.lineJoin = "round";
    touched(paper, () => spot, (to, from) => {
      spot = to;
      paper.style.backgroundPosition = to.map((v) => `${100 * v}%`).join(" ");
      if (!from) return;
      pen.beginPath();
      pen.moveTo(...from.map((v) => side * v));
      pen.lineTo(...to.map((v) => side * v + 0.01)); // a point is a line, too
      pen.stroke();
      const { data } = pen.getImageData(0, 0, side, side);
      change(framed(data.filter((_, i) => i % 4 === 3), side, widget.frame) ?? raw, false);
    });
    redraws.push((renews) => renews && pen.clearRect(0, 0, side, side));
    part("clear").onclick = () => change(raw.map(() => 0));
  }

  const seen = part("seen");
  if (seen) redraws.push(() => paint(seen, (i) => [0, 1, 2].map((k) => raw[k * seen.width * seen.height % raw.length + i])));

  for (const column of all(".column")) {
    const { from, to, fills, indicates } = column.dataset, inputs = all("input,select", column);
    // A column that may lack its value lacks it as a whole.
    const demand = () => inputs.forEach((input) => (input.required = !fills || inputs.some(({ value }) => value)));
    column.oninput = () => {
      const values = inputs.flatMap((input) => input.options ? Network.read(input.value) : input.valueAsNumber / input.dataset.unit);
      if (indicates) values.push(+values.includes(NaN));
      raw.splice(from, values.length, ...values);
      demand();
      change(raw, false);
    };
    redraws.push((renews) => {
      if (!renews) return;
      const values = raw.slice(from, to);
      inputs.forEach((input, i) => {
        if (input.options) input.value = JSON.stringify(values);
        else input.valueAsNumber = (values[i] * input.dataset.unit).toPrecision(input.dataset.digits);
      });
      demand();
    });
  }

  const plane = part("plane"), items = all(".classes li");
  if (plane) {
    // Of each axis the inputs at its ends, from the left, and from the top.
    const { ends, points, colours } = widget.plane, context = plane.getContext("2d"), side = plane.width, small = part("small"), cells = small.width;
    const spot = (inputs) => ends.map(([a, b], axis) => (inputs[axis] - a) / (b - a));
    const inputs = (at) => ends.map(([a, b], axis) => +(a + at[axis] * (b - a)).toPrecision(5));
    const dot = (at, radius, colour) => {
      context.beginPath();
      context.arc(...spot(at).map((v) => side * v), radius, 0, 7);
      context.fillStyle = `rgb(${colour})`;
      context.strokeStyle = "#fff";
      context.fill();
      context.stroke();
    };
    let drawn;
    redraws.push(() => {
      if (drawn !== layers) paint(small, (i) => {
        const now = outputs(inputs([i % cells, floor(i / cells)].map((v) => (v + 0.5) / cells))), most = max(...now);
        return (colours[now.indexOf(most)] ?? [255, 255, 255]).map((v) => 255 - (255 - v) * (told.probability ? 0.1 + 0.4 * most : 0.4));
      });
      drawn = layers;
      context.drawImage(small, 0, 0, side, side);
      points.forEach(([x, y, k]) => dot([x, y], 3, colours[k]));
      dot(raw, 8, [0, 0, 0]);
    });
    items.forEach((item, k) => (item.style.borderLeft = `.7rem solid rgb(${colours[k]})`));
    touched(plane, () => spot(raw), (to) => change(inputs(to)));
  }

  redraws.push(() => {
    const lacking = all(":invalid:not(:out-of-range)").map(({ name }) => name).join(", "), now = outputs(raw), best = now.indexOf(max(...now));
    const known = !lacking && now.every(isFinite);
    part("answer").value = !known ? `nothing: ${lacking ? `${lacking} is missing` : "it gives no numbers"}`
      : classes?.[best] ?? now.map((v, t) => `${target[t]}: ${+v.toPrecision(5)}`).join(", ");
    items.forEach((item, k) => {
      item.classList.toggle("best", known && k === best);
      const [, meter, number] = item.children;
      meter.value = known ? now[k] : 0;
      number.textContent = known ? now[k].toFixed(4) : "";
    });
  });

  const { layer, tiles, across, size, next, step } = told.weights;
  redraws.push(() => {
    const { weight } = layers[layer], most = weight.reduce((m, v) => max(m, abs(v)), 1e-9);
    for (let t = 0; t < tiles; t++) paint(part("weights"), (i) => {
      const v = weight[t * next + i * step] / most, fade = 255 * (1 - abs(v));
      return v > 0 ? [255, fade, fade] : [fade, fade, 255];
    }, size, t % across * (size.width + 1), floor(t / across) * (size.height + 1));
  });
  choice.onchange();
}
