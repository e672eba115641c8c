"use strict";
// Ink as a set of handwritten figures frames it: its box scaled, then put into the middle.
// Simplified: a figure that is made larger is not smoothed.
function framed(ink, width, frame) {
  const box = boxOf(ink, width);
  if (!box) return null;
  const [top, left, high, wide] = box, [most, mostWide] = frame.box;
  const factor = frame.stretched ? most / high : Math.min(most / high, mostWide / wide);
  const rows = Math.min(most, Math.max(1, Math.round(factor * high)));
  const columns = Math.min(mostWide, Math.max(1, Math.round(factor * wide)));
  const small = averaged((i, j) => ink[(top + i) * width + left + j], high, wide, rows, columns);
  let sum = 0, down = 0, right = 0;
  small.forEach((v, at) => { sum += v; down += v * Math.floor(at / columns); right += v * (at % columns); });
  const centre = frame.centre === "mass" ? [down / sum, right / sum] : [rows / 2, columns / 2];
  const corner = [rows, columns].map((size, axis) => Math.min(Math.max(Math.floor(frame.side / 2 - centre[axis] + 0.5), 0), frame.side - size));
  const picture = new Uint8Array(frame.side ** 2);
  small.forEach((v, at) => {
    const place = (corner[0] + Math.floor(at / columns)) * frame.side + corner[1] + (at % columns);
    picture[place] = Math.round(Math.round(Math.min(1, v) * frame.steps) * (255 / frame.steps));
  });
  return picture;
}
function boxOf(ink, width) {
  let top = Infinity, left = Infinity, bottom = -1, right = -1;
  ink.forEach((v, at) => {
    if (!v) return;
    const i = Math.floor(at / width), j = at % width;
    [top, left, bottom, right] = [Math.min(top, i), Math.min(left, j), Math.max(bottom, i), Math.max(right, j)];
  });
  return bottom < 0 ? null : [top, left, bottom - top + 1, right - left + 1];
}
// Means over nearly equal rectangles of whole pixels.
function averaged(at, high, wide, rows, columns) {
  const ends = (size, count, k) => {
    const from = Math.min(size - 1, Math.floor((k * size) / count + 0.5));
    return [from, Math.min(size, Math.max(from + 1, Math.floor(((k + 1) * size) / count + 0.5)))];
  };
  return Array.from({ length: rows * columns }, (_, place) => {
    const [top, bottom] = ends(high, rows, Math.floor(place / columns)), [left, right] = ends(wide, columns, place % columns);
    let sum = 0;
    for (let i = top; i < bottom; i++) for (let j = left; j < right; j++) sum += at(i, j);
    return sum / ((bottom - top) * (right - left));
  });
}
