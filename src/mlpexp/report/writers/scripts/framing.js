"use strict";
// Ink, 0..255, as a set of handwritten figures frames it: its box scaled, then put into the middle; undefined where there is none.
// Simplified: a figure that is made larger is not smoothed.
function framed(ink, width, { side, box, centre, steps, stretched }) {
  const { floor, max, min, round } = Math, low = [width, width], high = [-1, -1];
  ink.forEach((v, at) => {
    if (v) [floor(at / width), at % width].forEach((place, axis) => {
      low[axis] = min(low[axis], place);
      high[axis] = max(high[axis], place);
    });
  });
  if (high[0] < 0) return;
  const size = low.map((from, axis) => high[axis] - from + 1), fit = size.map((pixels, axis) => box[axis] / pixels);
  const count = size.map((pixels, axis) => min(box[axis], max(1, round(pixels * (stretched ? fit[0] : min(...fit))))));
  // A smaller pixel is the mean of a rectangle of whole ones.
  const small = Array.from({ length: count[0] * count[1] }, (_, at) => {
    const place = [floor(at / count[1]), at % count[1]];
    const [[top, bottom], [left, right]] = place.map((p, axis) => {
      const end = (k) => round(k * size[axis] / count[axis]), from = min(size[axis] - 1, end(p));
      return [from, max(from + 1, end(p + 1))];
    });
    let sum = 0;
    for (let i = top; i < bottom; i++) for (let j = left; j < right; j++) sum += ink[(low[0] + i) * width + low[1] + j];
    return { place, value: sum / (bottom - top) / (right - left) };
  });
  const total = (of) => small.reduce((sum, each) => sum + of(each), 0);
  const corner = count.map((pixels, axis) => {
    const middle = centre === "mass" ? total(({ value, place }) => value * place[axis]) / total(({ value }) => value) : pixels / 2;
    return min(max(floor(side / 2 - middle + 0.5), 0), side - pixels);
  });
  const picture = new Uint8Array(side * side);
  for (const { value, place: [i, j] } of small) picture[(corner[0] + i) * side + corner[1] + j] = round(round(value / 255 * steps) * 255 / steps);
  return picture;
}
