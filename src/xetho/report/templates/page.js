"use strict";
(function () {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("map-data").textContent);
  const tip = byId("tip");

  // -- map -----------------------------------------------------------------------------------------------------------
  const slider = byId("date");
  const shown = byId("shown");
  const play = byId("play");
  const flows = [...document.querySelectorAll("#net [data-route]")];
  const stocks = [...document.querySelectorAll("#net [data-place]")];
  const positions = [...document.querySelectorAll("#camp [data-position]")];
  const formations = [...document.querySelectorAll("#camp [data-there]")];
  const dateButtons = [...document.querySelectorAll("[data-frame]")];
  let frame = data.first;

  function show(next) {
    frame = next;
    slider.value = String(next);
    slider.setAttribute("aria-valuetext", data.dates[next]);
    shown.textContent = data.dates[next];
    for (const el of flows) {
      const flow = data.flows[el.dataset.route][next];
      el.setAttribute("stroke-width", (data.widest * Math.sqrt(Math.max(flow, 0) / data.topFlow)).toFixed(2));
    }
    for (const el of stocks) {
      const stock = data.stocks[el.dataset.place][next];
      el.setAttribute("r", (data.largest * Math.sqrt(Math.max(stock, 0) / data.topStock)).toFixed(1));
    }
    for (const el of positions) el.classList.toggle("fallen", data.fallen[el.dataset.position][next] >= 50);
    const day = data.days[next];
    for (const el of formations) {
      el.classList.toggle("away", !data.there[el.dataset.there].some(([a, b]) => a <= day && day <= b));
    }
    for (const el of dateButtons) el.setAttribute("aria-pressed", String(Number(el.dataset.frame) === next));
    busiest();
  }

  function busiest() {
    const body = document.querySelector("#busiest tbody");
    const order = data.routes.map((_, k) => k).filter((k) => data.flows[k][frame] >= 0.1);
    order.sort((a, b) => data.flows[b][frame] - data.flows[a][frame]);
    body.replaceChildren();
    for (const k of order.slice(0, 8)) {
      const row = body.insertRow();
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = data.routes[k][0];
      row.append(head);
      row.insertCell().textContent = data.routes[k][1];
      row.insertCell().textContent = data.sides[data.routes[k][2]] || data.routes[k][2];
      const cell = row.insertCell();
      cell.className = "num";
      cell.textContent = String(data.flows[k][frame]);
    }
    if (!order.length) body.insertRow().insertCell().textContent = "Nothing moves on this date.";
  }

  let timer = 0;
  function stop() {
    clearInterval(timer);
    timer = 0;
    play.setAttribute("aria-pressed", "false");
    play.textContent = "Play";
  }
  function start() {
    if (frame >= data.dates.length - 1) show(0);
    play.setAttribute("aria-pressed", "true");
    play.textContent = "Pause";
    timer = setInterval(() => (frame < data.dates.length - 1 ? show(frame + 1) : stop()), 350);
  }
  slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
  play.addEventListener("click", () => (timer ? stop() : start()));
  for (const el of dateButtons) el.addEventListener("click", () => { stop(); show(Number(el.dataset.frame)); });

  function tipText(el) {
    if (el.dataset.route !== undefined) {
      const [name, kind] = data.routes[el.dataset.route];
      return `${name} (${kind}): ${data.flows[el.dataset.route][frame]} t/day`;
    }
    if (el.dataset.place !== undefined) {
      return `${data.places[el.dataset.place]}: ${data.stocks[el.dataset.place][frame].toLocaleString("en")} t in stock`;
    }
    if (el.dataset.position !== undefined) {
      return `${el.dataset.name}: fallen in ${data.fallen[el.dataset.position][frame]} % of plays by ${data.dates[frame]}`;
    }
    return el.dataset.name || "";
  }
  for (const svg of document.querySelectorAll(".map")) {
    svg.addEventListener("pointermove", (event) => {
      const el = event.target.closest("[data-route],[data-place],[data-position],[data-there],[data-mark]");
      tip.hidden = !el;
      if (!el) return;
      tip.textContent = tipText(el);
      const width = tip.offsetWidth;
      tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 8))}px`;
      tip.style.top = `${Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8)}px`;
    });
    svg.addEventListener("pointerleave", () => { tip.hidden = true; });
  }
  addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });
  const camp = byId("camp");
  if (camp && positions.length) {
    const pane = camp.parentElement;
    const lefts = positions.map((el) => el.getBoundingClientRect().left);
    const middle = lefts.reduce((a, b) => a + b, 0) / lefts.length - pane.getBoundingClientRect().left;
    pane.scrollLeft = middle - pane.clientWidth / 2;
  }
  show(frame);

  // -- charts over time ----------------------------------------------------------------------------------------------
  for (const svg of document.querySelectorAll("svg.follow")) {
    const chart = JSON.parse(svg.dataset.chart);
    const cursor = svg.querySelector(".cursor");
    const readout = svg.parentElement.querySelector(".readout");
    const days = chart.series[0].p[1].length;
    const begin = Date.parse(chart.start + "T00:00:00Z");
    let at = -1;
    const read = (day) => {
      at = Math.max(0, Math.min(days - 1, day));
      const x = chart.left + ((chart.right - chart.left) * at) / (days - 1 || 1);
      cursor.classList.add("on");
      cursor.setAttribute("x1", x.toFixed(1));
      cursor.setAttribute("x2", x.toFixed(1));
      const date = new Date(begin + at * 864e5);
      const words = date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
      const parts = chart.series.map((s) => {
        const [low, middle, high] = s.p.map((row) => row[at]);
        if (middle === null) return `${s.name} –`;
        const n = (v) => v.toLocaleString("en");
        return `${s.name} ${n(middle)} ${chart.unit} (${n(low)} to ${n(high)})`;
      });
      readout.textContent = `${words}: ${parts.join("; ")}`;
    };
    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
      read(Math.round(((x - chart.left) / (chart.right - chart.left)) * (days - 1)));
    });
    svg.addEventListener("focus", () => { if (at < 0 && svg.matches(":focus-visible")) read(days - 1); });
    svg.addEventListener("keydown", (event) => {
      const steps = { ArrowRight: 1, ArrowLeft: -1, PageUp: 7, PageDown: -7, Home: -days, End: days };
      if (!(event.key in steps)) return;
      event.preventDefault();
      read((at < 0 ? days - 1 : at) + steps[event.key]);
    });
  }

  // -- claims --------------------------------------------------------------------------------------------------------
  const claims = [...document.querySelectorAll("#claims tbody tr")];
  const uses = [...document.querySelectorAll("[data-filter=use]")];
  const find = byId("find");
  const only = byId("simulated");
  if (find) {
    const plain = (s) => s.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
    const texts = claims.map((row) => plain(row.textContent));
    const filter = () => {
      const use = uses.find((b) => b.getAttribute("aria-pressed") === "true").dataset.value;
      const words = plain(find.value).split(/\s+/).filter(Boolean);
      let count = 0;
      claims.forEach((row, k) => {
        const keep = (!use || row.dataset.use === use) && (!only.checked || row.dataset.simulated === "yes")
          && words.every((w) => texts[k].includes(w));
        row.hidden = !keep;
        count += keep ? 1 : 0;
      });
      byId("count").textContent = `${count} ${count === 1 ? "claim" : "claims"}`;
    };
    for (const button of uses) {
      button.addEventListener("click", () => {
        for (const other of uses) other.setAttribute("aria-pressed", String(other === button));
        filter();
      });
    }
    find.addEventListener("input", filter);
    only.addEventListener("change", filter);
    filter();
  }

  // -- links into closed parts open them; print opens all --------------------------------------------------------------
  const open = () => {
    const target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
    const part = target && target.closest("details");
    if (part) part.open = true;
  };
  addEventListener("hashchange", open);
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
  open();
})();
