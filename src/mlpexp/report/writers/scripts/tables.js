"use strict";
// Tables: headings that sort, and buttons that copy.
const UNITS = { "%": 1, B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, kB: 1e3, MB: 1e6, GB: 1e9, k: 1e3, \u00b5s: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600, d: 86400 };
const TOKEN = /\s*(?:([+-]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:e[+-]?\d+)?|[+-]?inf\b)|(\.\.|(?:to|of|x)(?![a-z])|[\u00d7\u00b1,;/])|([a-zA-Z\u00b5%]+))\s*/y;
// The numbers of a cell that is nothing but numbers, with units or words between; [] of an empty cell, null of others.
function numbersOf(words) {
  const text = words.replaceAll("\u2212", "-").replace(/^[<>=~\u2248]\s*/, ""), found = [];
  if (/^(|-|\u2013|\u2014|nan)$/.test(text)) return found;
  let at = 0, before = "between", larger = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const [all, digits, between, unit] = TOKEN.exec(text) ?? [""];
    const kind = digits ? "digits" : between ? "between" : "unit", size = UNITS[unit];
    if (!all || (digits ? before === "digits" : before === "between") || (unit && (!size || before === "unit"))) return null;
    if (digits) found.push(+digits.replaceAll(",", "").replace("inf", "Infinity"));
    if (unit) found.push(found.pop() * size);
    // "2 min 30 s" is one number.
    if (unit && size < larger) found.push(found.pop() + found.pop());
    larger = unit && size >= 60 && size <= 86400 ? size : digits ? larger : 0;
    before = kind;
    at += all.length;
  }
  return before === "between" ? null : found;
}
function compared(a, b) {
  const k = a.findIndex((v, i) => v !== b[i]);
  return k < 0 ? a.length - b.length : k < b.length ? a[k] - b[k] : 1;
}
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0], rows = [...body.rows], headings = [...table.tHead.rows[0].cells];
  const named = table.getAttribute("aria-label") ?? document.getElementById(table.getAttribute("aria-labelledby")).textContent;
  const text = (row, k) => row.cells[k].textContent.trim();
  if (rows.length > 2) headings.forEach((heading, k) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    // First the order of the page, then up, then down; what is empty, or no number among numbers, stands behind.
    button.onclick = () => {
      const next = { ascending: "descending", descending: "" }[heading.getAttribute("aria-sort")] ?? "ascending";
      headings.forEach((each) => each.removeAttribute("aria-sort"));
      if (next) heading.setAttribute("aria-sort", next);
      const sign = next === "descending" ? -1 : 1, keys = new Map(rows.map((row) => [row, numbersOf(text(row, k))]));
      const known = [...keys.values()], numeric = known.every(Boolean) || (heading.className === "number" && known.some((key) => key?.length));
      const order = (a, b) => {
        const [x, y] = [a, b].map((row) => keys.get(row) ?? (numeric ? [] : [0]));
        if (!x.length || !y.length) return !x.length - !y.length;
        return sign * (numeric ? compared(x, y) : text(a, k).localeCompare(text(b, k), undefined, { numeric: true }));
      };
      body.append(...(next ? [...rows].sort(order) : rows));
    };
  });
  const cells = () => [table.tHead, ...table.tBodies, table.tFoot].filter(Boolean)
    .flatMap((part) => [...part.rows]).map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
  const quoted = (cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const marks = { "\\": "\\textbackslash{}", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}", "<": "\\textless{}", ">": "\\textgreater{}", "|": "\\textbar{}", "\u2212": "$-$", "\u00b1": "$\\pm$" };
  const latex = (cell) => cell.replace(/[\\_%&#${}^~<>|\u2212\u00b1]/g, (mark) => marks[mark] ?? `\\${mark}`);
  const formats = {
    CSV: () => cells().map((row) => row.map(quoted).join(",") + "\n").join(""),
    LaTeX: () => {
      const [head, ...others] = cells().map((row) => `${row.map(latex).join(" & ")} \\\\\n`);
      const columns = headings.map((heading) => (heading.className === "number" ? "r" : "l")).join("");
      return `\\begin{tabular}{${columns}}\n\\toprule\n${head}\\midrule\n${others.join("")}\\bottomrule\n\\end{tabular}\n`;
    },
  };
  const bar = document.createElement("p"), said = document.createElement("output");
  bar.className = "bar copy";
  for (const [name, made] of Object.entries(formats)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `Copy as ${name}`;
    button.setAttribute("aria-label", `Copy as ${name}: ${named}`);
    button.onclick = async () => {
      said.value = (await copied(made())) ? `copied as ${name}` : "the browser does not permit it";
    };
    bar.append(button);
  }
  bar.append(said);
  table.parentElement.after(bar);
}
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
