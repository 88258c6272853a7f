"use strict";
// Makes the report easier to explore; everything it shows is in the page.
(function () {
  const chart = document.getElementById("chart");
  const panel = document.getElementById("panel");
  const body = chart.querySelector("svg.body");
  const cursor = document.getElementById("cursor");
  const dots = Array.from(body.querySelectorAll(".dot"));
  const rows = Array.from(document.querySelectorAll("#steps > .step"));
  const rowHeight = Number(chart.dataset.row);
  let shown = 0;
  let pinned = 0;

  document.body.classList.add("scripted");
  const search = document.createElement("input");
  search.type = "search";
  search.placeholder = "filter steps: BC_REPLY, node server:0x1000, ...";
  const detail = document.createElement("div");
  const hint = document.createElement("p");
  hint.className = "hint";
  hint.textContent =
    "Point at a step to see it here; click or use the arrow keys to stay. " +
    "Click an object's name to follow it.";
  panel.append(search, detail, hint);

  function highlightMessages(step) {
    for (const path of body.querySelectorAll(".msg.hot")) {
      path.classList.remove("hot");
    }
    const ends = '[data-s="' + step + '"],[data-r="' + step + '"]';
    for (const path of body.querySelectorAll(ends)) path.classList.add("hot");
  }

  function show(step) {
    if (step === shown || step < 1 || step > dots.length) return;
    shown = step;
    cursor.setAttribute("y", (step - 1) * rowHeight);
    highlightMessages(step);
    detail.replaceChildren(
      ...Array.from(rows[step - 1].children, (part) => part.cloneNode(true)));
  }

  function scrollToStep(step) {
    const head = chart.querySelector("svg.head").clientHeight;
    const top = (step - 1) * rowHeight;
    const room = chart.clientHeight - head - 2 * rowHeight;
    if (top < chart.scrollTop) chart.scrollTop = top;
    if (top > chart.scrollTop + room) chart.scrollTop = top - room;
  }

  function pin(step) {
    if (step < 1 || step > dots.length) return;
    pinned = step;
    show(step);
    scrollToStep(step);
    history.replaceState(null, "", "#s" + step);
  }

  function stepAt(event) {
    const top = body.getBoundingClientRect().top;
    return Math.floor((event.clientY - top) / rowHeight) + 1;
  }

  function filter(text) {
    const wanted = text.toLowerCase();
    dots.forEach((dot, i) => {
      const match = rows[i].textContent.toLowerCase().includes(wanted);
      dot.classList.toggle("dim", !match);
      rows[i].style.display = match ? "" : "none";
    });
  }

  body.addEventListener("mousemove", (event) => show(stepAt(event)));
  body.addEventListener("mouseleave", () => { if (pinned) show(pinned); });
  body.addEventListener("click", (event) => {
    event.preventDefault();
    pin(stepAt(event));
  });
  document.addEventListener("keydown", (event) => {
    if (event.target === search || dots.length === 0) return;
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    pin((pinned || shown) + (event.key === "ArrowDown" ? 1 : -1));
  });
  document.addEventListener("click", (event) => {
    const cell = event.target.closest(".obj");
    if (!cell || cell.textContent === "") return;
    search.value = cell.textContent;
    filter(search.value);
  });
  search.addEventListener("input", () => filter(search.value));

  // From here on a link to a step means the diagram, not the row far below.
  for (const row of rows) row.removeAttribute("id");
  window.addEventListener("load", () => window.scrollTo(0, 0));

  function linkedStep() {
    const match = /^#s(\d+)$/.exec(location.hash);
    return match ? Number(match[1]) : 0;
  }
  window.addEventListener("hashchange", () => pin(linkedStep()));

  const bad = dots.findIndex((dot) => dot.classList.contains("bad"));
  if (linkedStep() > 0) pin(linkedStep());
  else if (dots.length > 0) show(bad >= 0 ? bad + 1 : 1);
})();
