"use strict";
// The trained network of a page: from raw inputs to outputs, one sample at a time, in single precision.
const Network = (() => {
  const sigmoid = (x) => 1 / (1 + Math.exp(-x));
  const elu = (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x));
  const even = (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)); // a half to the even neighbour
  const erf = (x) => {
    if (Math.abs(x) > 6) return Math.sign(x);
    let term = x, sum = x;
    for (let n = 1; n < 120; n++) sum += term *= (2 * x * x) / (2 * n + 1);
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  };
  // Of one number; the other arguments are those of the layer.
  const EACH = {
    identity: (x) => x,
    sigmoid,
    scaled_sigmoid: (x) => 4 * sigmoid(x) - 2,
    table_sigmoid: (x) => sigmoid(Math.min(128, Math.max(-128, even(16 * x))) / 16),
    tanh: Math.tanh,
    hard_sigmoid: (x) => Math.min(1, Math.max(0, 0.25 * x + 0.5)),
    hard_tanh: (x) => Math.min(1, Math.max(-1, x)),
    relu: (x) => Math.max(x, 0),
    softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    silu: (x) => x * sigmoid(x),
    gelu: (x) => (x * (1 + erf(x / Math.SQRT2))) / 2,
    elu: (x, l) => elu(x, l.alpha),
    selu: (x) => 1.0507009873554805 * elu(x, 1.6732632423543772),
    leaky_relu: (x, l) => (x > 0 ? x : l.negative_slope * x),
    prelu: (x, l, channel) => (x > 0 ? x : l.slope[channel] * x),
    normalize: (x, l, channel) => (x - l.mean[channel]) * l.factor[channel] + l.shift[channel],
  };
  // Of all numbers of a sample x, whose shape is known; y has room for those of the layer.
  const WHOLE = {
    dense(x, y, { weight, bias }) {
      const sums = Float64Array.from(bias), units = y.length;
      for (let i = 0; i < x.length; i++) if (x[i]) for (let u = 0; u < units; u++) sums[u] += x[i] * weight[i * units + u];
      y.set(sums);
    },
    conv2d(x, y, l, [channels, height, width], [filters, rows, columns]) {
      const side = l.weight.shape[2];
      for (let o = 0, at = 0; o < filters; o++) for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) {
        let sum = l.bias[o];
        for (let c = 0; c < channels; c++) for (let k = 0; k < side; k++) {
          const row = l.stride * i + k - l.padding;
          if (row < 0 || row >= height) continue;
          for (let n = 0; n < side; n++) {
            const column = l.stride * j + n - l.padding;
            if (column < 0 || column >= width) continue;
            sum += l.weight[((o * channels + c) * side + k) * side + n] * x[(c * height + row) * width + column];
          }
        }
        y[at++] = sum;
      }
    },
    max_pool: (x, y, l, from, to) => pooled(x, y, l, from, to, -Infinity, Math.max, 1),
    average_pool: (x, y, l, from, to) => pooled(x, y, l, from, to, 0, (a, b) => a + b, l.kernel_size ** 2),
    flatten: (x, y) => y.set(x),
    maxout(x, y, l, from) {
      const inner = x.length / from[0];
      for (let u = 0; u < y.length; u++) {
        let most = -Infinity;
        for (let p = 0; p < l.pieces; p++) most = Math.max(most, x[(Math.floor(u / inner) * l.pieces + p) * inner + (u % inner)]);
        y[u] = most;
      }
    },
    both_classes: (x, y) => y.set([-x[0], x[0]]),
    softmax(x, y) {
      const most = Math.max(...x), e = Array.from(x, (v) => Math.exp(v - most)), sum = e.reduce((a, b) => a + b);
      y.set(e.map((v) => v / sum));
    },
  };
  function pooled(x, y, l, [, height, width], [channels, rows, columns], start, join, count) {
    for (let c = 0, at = 0; c < channels; c++) for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) {
      let value = start;
      for (let k = 0; k < l.kernel_size; k++) for (let n = 0; n < l.kernel_size; n++)
        value = join(value, x[(c * height + l.stride * i + k) * width + l.stride * j + n]);
      y[at++] = value / count;
    }
  }
  function bytes(text) {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  }
  function step(l, x, from) {
    const to = l.output_shape ?? from, y = new Float32Array(to.reduce((a, b) => a * b));
    const each = EACH[l.kind], inner = x.length / from[0];
    if (each) for (let i = 0; i < x.length; i++) y[i] = each(x[i], l, Math.floor(i / inner));
    else WHOLE[l.kind](x, y, l, from, to);
    return [y, to];
  }
  return class {
    constructor(told) {
      this.told = told;
      this.epochs = (told.epochs ?? []).map(({ layers }) => told.layers.map((l, i) => this.decoded({ ...l, ...layers[i] })));
      this.layers = this.kept = told.layers.map((l) => this.decoded(l));
      this.samples = told.samples.map(({ inputs, outputs }) => ({ inputs: typeof inputs === "string" ? bytes(inputs) : inputs, outputs }));
    }
    decoded(layer) {
      const read = Object.entries(layer).map(([key, value]) => {
        if (!value?.float32) return [key, value];
        return [key, Object.assign(new Float32Array(bytes(value.float32).buffer), { shape: value.shape })];
      });
      return Object.fromEntries(read);
    }
    // Raw inputs as learned from; null stands for a missing value.
    prepared(raw) {
      const { shape, fill, shift, scale } = this.told.input, inner = raw.length / shape[0];
      return Float32Array.from(raw, (value, i) => {
        const c = Math.floor(i / inner), known = value === null || Number.isNaN(value) ? (fill ? fill[c] : NaN) : value;
        return (known - shift[c]) / scale[c];
      });
    }
    outputs(raw) {
      let x = this.prepared(raw), shape = this.told.input.shape;
      for (const layer of this.layers) [x, shape] = step(layer, x, shape);
      const { activation, classes, shift, scale, log } = this.told.output;
      if (activation !== "none") [x] = step({ kind: activation }, x, shape);
      if (classes) return Array.from(x);
      return Array.from(x, (v, t) => (scale ? v * scale[t] + shift[t] : v)).map((v) => (log ? Math.exp(v) : v));
    }
    // The largest difference to what was computed when the page was made, and whether it is small enough.
    check() {
      const { classes, scale } = this.told.output;
      const differences = this.samples.flatMap(({ inputs, outputs }) => {
        const now = this.outputs(inputs);
        return outputs.map((v, t) => Math.abs(now[t] - v) / Math.max(classes || !scale ? 1 : scale[t], Math.abs(v)));
      });
      return differences.every((d) => d <= 1e-5) ? Math.max(...differences) : NaN;
    }
  };
})();
