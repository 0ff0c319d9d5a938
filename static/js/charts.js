// Values of line charts under the pointer, or by keyboard: arrows step through the samples, Home and End go to the ends.
// <div data-chart="Power" data-top="500" data-unit="W" data-from data-to data-zone><svg><g data-series="GPU 0"><polyline …>
import { all } from "./dom.js";
import { gettext } from "./words.js";

const HEIGHT = 120;
const WIDTH = 400;
const shown = new Map(); // title of a chart → where its reader stands, kept while its region is drawn anew

export function startCharts() {
  document.addEventListener("pointermove", (e) => follow(chartOf(e.target), e));
  document.addEventListener("pointerdown", (e) => follow(chartOf(e.target), e));
  document.addEventListener("pointerout", (e) => {
    const chart = chartOf(e.target);
    if (chart && chart !== document.activeElement && !chart.contains(e.relatedTarget)) hide(chart);
  });
  document.addEventListener("keydown", (e) => press(chartOf(e.target), e));
  document.addEventListener("focusin", (e) => {
    const chart = chartOf(e.target);
    if (chart) show(chart, shown.get(chart.dataset.chart) ?? momentsOf(chart).length - 1);
  });
  document.addEventListener("focusout", (e) => {
    const chart = chartOf(e.target);
    if (chart) hide(chart);
  });
  document.addEventListener("htmx:afterSwap", dress);
  dress();
}

const chartOf = (target) => (target instanceof Element ? target.closest("[data-chart]") : null);

/** Without this script a chart is a picture; with it, one that can be walked through. */
function dress() {
  for (const chart of all("[data-chart]:not([role])")) {
    chart.tabIndex = 0;
    chart.setAttribute("role", "slider");
    chart.setAttribute("aria-label", gettext("{chart}, sample by sample", { chart: chart.dataset.chart }));
    say(chart, shown.get(chart.dataset.chart) ?? momentsOf(chart).length - 1);
    if (shown.has(chart.dataset.chart)) show(chart, shown.get(chart.dataset.chart));
  }
}

function follow(chart, e) {
  if (!chart) return;
  const box = chart.getBoundingClientRect();
  const x = ((e.clientX - box.left) / box.width) * WIDTH;
  const moments = momentsOf(chart);
  let nearest = 0;
  for (let at = 1; at < moments.length; at += 1) if (Math.abs(moments[at] - x) < Math.abs(moments[nearest] - x)) nearest = at;
  if (moments.length) show(chart, nearest);
}

function press(chart, e) {
  const last = chart && momentsOf(chart).length - 1;
  const at = chart && (shown.get(chart.dataset.chart) ?? last);
  const to = chart && { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, PageDown: at - 10, PageUp: at + 10, Home: 0, End: last }[e.key];
  if (to === null || to === undefined) return;
  e.preventDefault();
  show(chart, Math.min(Math.max(to, 0), last));
}

/** The places of all samples, from left to right. */
function momentsOf(chart) {
  return [...new Set(all("polyline", chart).flatMap((line) => pointsOf(line).map(([x]) => x)))].sort((a, b) => a - b);
}

const pointsOf = (line) => line.getAttribute("points").split(" ").map((point) => point.split(",").map(Number));

function valuesAt(chart, x) {
  return all("[data-series]", chart).flatMap((series) => {
    const point = all("polyline", series).flatMap(pointsOf).find(([at]) => at === x);
    return point ? [[series.dataset.series, figure(chart, (1 - point[1] / HEIGHT) * Number(chart.dataset.top)), series.className.baseVal]] : [];
  });
}

function figure({ dataset: { unit } }, value) {
  return `${value.toFixed(Math.abs(value) >= 10 || unit === "%" ? 0 : 1)} ${unit}`;
}

function timeAt({ dataset: { from, to, zone } }, x) {
  const at = new Date((Number(from) + ((Number(to) - Number(from)) * x) / WIDTH) * 1000);
  return at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: zone });
}

function say(chart, at) {
  const moments = momentsOf(chart);
  const values = moments.length ? valuesAt(chart, moments[at]).map(([name, value]) => `${name} ${value}`.trim()) : [];
  chart.setAttribute("aria-valuemin", "0");
  chart.setAttribute("aria-valuemax", String(Math.max(0, moments.length - 1)));
  chart.setAttribute("aria-valuenow", String(Math.max(0, at)));
  chart.setAttribute("aria-valuetext", moments.length ? `${timeAt(chart, moments[at])}, ${values.join(", ")}` : gettext("nothing measured"));
}

function show(chart, at) {
  const moments = momentsOf(chart);
  if (!moments.length) return;
  const place = Math.min(at, moments.length - 1);
  shown.set(chart.dataset.chart, place);
  say(chart, place);
  const x = moments[place];
  const cursor = part(chart, "chart-cursor", "i");
  cursor.style.left = `${(x / WIDTH) * 100}%`;
  const tip = part(chart, "chart-tip", "ul");
  tip.replaceChildren(line(timeAt(chart, x)), ...valuesAt(chart, x).map(([name, value, css]) => line(name || chart.dataset.chart, value, css)));
  tip.style.left = x < WIDTH / 2 ? `${(x / WIDTH) * 100}%` : "auto";
  tip.style.right = x < WIDTH / 2 ? "auto" : `${100 - (x / WIDTH) * 100}%`;
}

function part(chart, css, tag) {
  const there = chart.querySelector(`.${css}`);
  if (there) return there;
  const made = document.createElement(tag);
  made.className = css;
  made.setAttribute("aria-hidden", "true");
  chart.append(made);
  return made;
}

function line(name, value = "", css = "") {
  const row = document.createElement("li");
  if (css) {
    const dot = document.createElement("span");
    dot.className = `dot ${css}`;
    row.append(dot);
  }
  row.append(name);
  if (value) row.append(Object.assign(document.createElement("b"), { textContent: value }));
  return row;
}

function hide(chart) {
  shown.delete(chart.dataset.chart);
  for (const one of all(".chart-cursor, .chart-tip", chart)) one.remove();
}
