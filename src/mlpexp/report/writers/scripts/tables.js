"use strict";
// Tables: headings that sort, and buttons that copy.
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0], rows = [...body.rows], headings = [...table.tHead.rows[0].cells];
  const text = (row, k) => row.cells[k].textContent.trim();
  const number = (words) => parseFloat(words.replace(/,(?=\d{3})/g, "").replace("\u2212", "-"));
  if (rows.length > 2) headings.forEach((heading, k) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    // First the order of the page, then up, then down; what is no number stands behind.
    button.onclick = () => {
      const next = { ascending: "descending", descending: "" }[heading.getAttribute("aria-sort")] ?? "ascending";
      headings.forEach((each) => each.removeAttribute("aria-sort"));
      if (next) heading.setAttribute("aria-sort", next);
      const sign = next === "descending" ? -1 : 1, numeric = heading.className === "number" || rows.every((row) => !Number.isNaN(number(text(row, k))));
      const order = (a, b) => {
        if (!numeric) return sign * text(a, k).localeCompare(text(b, k));
        const [x, y] = [a, b].map((row) => number(text(row, k)));
        return Number.isNaN(x) || Number.isNaN(y) ? Number.isNaN(x) - Number.isNaN(y) : sign * (x - y);
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
