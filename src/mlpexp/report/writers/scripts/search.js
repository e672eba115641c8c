"use strict";
// A field above each table of a page of results that hides the rows without the words typed.
for (const table of document.querySelectorAll("table.searched")) {
  const field = document.createElement("input");
  const count = document.createElement("output");
  const label = document.createElement("label");
  field.type = "search";
  label.append("Search ", field, " ", count);
  label.className = "search";
  table.parentElement.before(label);
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = words.length ? `${shown} of ${table.tBodies[0].rows.length}` : "";
  });
}
