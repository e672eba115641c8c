"use strict";
// The trained network of a page: from raw inputs to outputs, one sample at a time, in single precision.
const Network = (() => {
  const { abs, exp, floor, max, min, sqrt } = Math;
  const sigmoid = (x) => 1 / (1 + exp(-x));
  const elu = (x, { alpha }) => x > 0 ? x : alpha * Math.expm1(x);
  const whole = (x) => x + 3 * 2 ** 51 - 3 * 2 ** 51; // the nearest one; no fraction is left room for
  const erf = (x) => {
    x = min(6, max(-6, x)); // beyond, all is 1 in single precision
    let term = x, sum = x;
    for (let n = 1; n < 120; n++) sum += term *= 2 * x * x / (2 * n + 1);
    return 2 / sqrt(Math.PI) * exp(-x * x) * sum;
  };
  const upTo = (count) => [...Array(count).keys()];
  // Of one number, its layer, and the number of its feature or channel.
  const EACH = {
    flatten: (x) => x,
    identity: (x) => x,
    sigmoid,
    scaled_sigmoid: (x) => 4 * sigmoid(x) - 2,
    table_sigmoid: (x) => sigmoid(min(128, max(-128, whole(16 * x))) / 16),
    tanh: Math.tanh,
    exp,
    hard_sigmoid: (x) => min(1, max(0, x / 4 + 0.5)),
    hard_tanh: (x) => min(1, max(-1, x)),
    relu: (x) => max(x, 0),
    softplus: (x) => max(x, 0) + Math.log1p(exp(-abs(x))),
    silu: (x) => x * sigmoid(x),
    gelu: (x) => x * (1 + erf(x / sqrt(2))) / 2,
    elu,
    selu: (x) => 1.0507009873554805 * elu(x, { alpha: 1.6732632423543772 }),
    leaky_relu: (x, l) => x > 0 ? x : l.negative_slope * x,
    prelu: (x, l, c) => x > 0 ? x : l.slope[c] * x,
    normalize: (x, l, c) => (x - l.mean[c]) * l.factor[c] + l.shift[c],
  };
  // Of all numbers x of a sample, its layer, and the shapes before and behind it.
  const WHOLE = {
    dense: (x, { weight, bias }) => Array.from(bias, (b, u) => x.reduce((sum, v, i) => sum + v * weight[i * bias.length + u], b)),
    conv2d: (x, l, from, to) => windows(l, from, to, (o) => l.bias[o], (sum, o, tap, place) => {
      const plane = from[1] * from[2], taps = l.kernel_size ** 2;
      for (let c = 0; c < from[0]; c++) sum += l.weight[(o * from[0] + c) * taps + tap] * x[c * plane + place];
      return sum;
    }),
    max_pool: pooled(-Infinity, (most, v) => max(most, v)),
    average_pool: pooled(0, (sum, v, taps) => sum + v / taps),
    maxout(x, { pieces }, [channels]) {
      const inner = x.length / channels;
      return upTo(x.length / pieces).map((u) => max(...upTo(pieces).map((p) => x[u + (p + (pieces - 1) * floor(u / inner)) * inner])));
    },
    both_classes: ([x]) => [-x, x],
    softmax(x) {
      const shares = Array.from(x, (v) => exp(v - max(...x))), sum = shares.reduce((a, b) => a + b);
      return shares.map((v) => v / sum);
    },
  };
  // For each value behind a layer: what begin(channel) is joined to, tap by tap, for each place under its window.
  function windows({ kernel_size: side, stride, padding = 0 }, [, height, width], [channels, rows, columns], begin, join) {
    return upTo(channels * rows * columns).map((at) => {
      const row = floor(at / columns), c = floor(row / rows);
      let value = begin(c);
      for (let tap = 0; tap < side * side; tap++) {
        const i = stride * (row % rows) - padding + floor(tap / side), j = stride * (at % columns) - padding + (tap % side);
        if (i >= 0 && i < height && j >= 0 && j < width) value = join(value, c, tap, i * width + j);
      }
      return value;
    });
  }
  function pooled(first, join) {
    return (x, l, from, to) => windows(l, from, to, () => first, (value, c, tap, place) => join(value, x[c * from[1] * from[2] + place], l.kernel_size ** 2));
  }
  // Raw inputs, NaN where missing, are filled in, scaled, and go through the layers.
  function outputs({ input, layers }, raw) {
    let from = input.shape;
    const channel = (i, count) => floor(i * from[0] / count);
    let x = Float32Array.from(raw, (value, i) => {
      const c = channel(i, raw.length);
      return ((isNaN(value) ? input.fill?.[c] : value) - input.shift[c]) / input.scale[c];
    });
    for (const l of layers) {
      const each = EACH[l.kind], to = l.output_shape;
      x = each ? x.map((v, i) => each(v, l, channel(i, x.length))) : Float32Array.from(WHOLE[l.kind](x, l, from, to));
      from = to;
    }
    return [...x];
  }
  // What the page is told: arrays stand in it as text, and null is no number.
  function read(text) {
    const bytes = (letters) => Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
    return JSON.parse(text, (key, value) => {
      if (value?.float32) return new Float32Array(bytes(value.float32).buffer);
      return value?.uint8 ? bytes(value.uint8) : value ?? NaN;
    });
  }
  // The largest difference to what was computed when the page was made, in units of the outputs.
  function apart(told) {
    return max(...told.samples.flatMap((sample) => {
      const now = outputs(told, sample.inputs);
      return sample.outputs.map((v, t) => abs(now[t] - v) / max(told.units[t], abs(v)));
    }));
  }
  return { read, outputs, apart };
})();
