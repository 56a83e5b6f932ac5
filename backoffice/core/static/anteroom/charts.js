// Draws the charts of a page from the data beside them, in the colours of the theme. What a chart shows is also written
// down as a table, so that nobody depends on it.

const charts = new Map();
const style = getComputedStyle(document.documentElement);
const colour = (token) => style.getPropertyValue(`--ar-${token}`).trim();
const number = new Intl.NumberFormat(document.documentElement.lang);

function dataset({ name, values, colour: token, stack }, form) {
  const ink = colour(token);
  const shared = { label: name, backgroundColor: ink, borderColor: ink };
  if (form === "steps") {
    return { ...shared, data: values, stepped: "before", borderWidth: 2, pointRadius: 0, pointHitRadius: 12 };
  }
  // Nothing has no bar, and something is always seen.
  const bars = values.map((value) => value || null);
  return { ...shared, data: bars, stack, borderWidth: 0, borderRadius: 2, maxBarThickness: 28, minBarLength: 2 };
}

// Few long names stand in two lines rather than being left out.
function inLines(labels, form) {
  if (form !== "columns" || labels.length > 8) return labels;
  return labels.map((label) => {
    const words = label.split(" ");
    const half = Math.ceil(words.length / 2);
    return words.length > 2 ? [words.slice(0, half).join(" "), words.slice(half).join(" ")] : label;
  });
}

function axes(form) {
  const ticks = { color: colour("ink-soft"), maxRotation: 0, autoSkipPadding: 8 };
  const names = { ticks, grid: { display: false }, border: { color: colour("line-strong") }, stacked: form !== "steps" };
  const values = {
    ticks: { ...ticks, precision: 0, maxTicksLimit: 6 },
    grid: { color: colour("line") },
    border: { display: false },
    beginAtZero: true,
    stacked: form !== "steps",
  };
  if (form !== "bars") return { x: names, y: values };
  // Where there is little room a long name is cut short; the tooltip and the table have all of it.
  const short = function (value) {
    const name = this.getLabelForValue(value);
    return this.chart.width < 420 && name.length > 18 ? `${name.slice(0, 17)}…` : name;
  };
  return { x: values, y: { ...names, ticks: { ...ticks, autoSkip: false, callback: short } } };
}

function options({ form, labels, urls, series }) {
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    locale: document.documentElement.lang,
    indexAxis: form === "bars" ? "y" : "x",
    interaction: { mode: "index", axis: form === "bars" ? "y" : "x", intersect: false },
    scales: axes(form),
    plugins: {
      legend: {
        display: series.length > 1,
        position: "bottom",
        labels: { color: colour("ink"), boxWidth: 12, boxHeight: 12, padding: 12 },
      },
      tooltip: {
        backgroundColor: colour("ink"),
        titleColor: colour("paper"),
        bodyColor: colour("paper"),
        callbacks: {
          title: ([at]) => (at ? labels[at.dataIndex] : ""),
          label: ({ dataset: { label }, raw }) => ` ${label}: ${number.format(raw ?? 0)}`,
        },
        filter: ({ raw }) => form === "steps" || raw > 0 || series.length === 1,
      },
    },
    onClick: (_event, [at]) => {
      if (at && urls[at.index]) location.assign(urls[at.index]);
    },
    onHover: ({ native }, [at]) => native.target.classList.toggle("ar-plot-link", Boolean(at && urls[at.index])),
  };
}

function draw(figure) {
  const data = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
  charts.get(figure)?.destroy();
  charts.set(
    figure,
    new Chart(figure.querySelector("canvas"), {
      type: data.form === "steps" ? "line" : "bar",
      data: { labels: inLines(data.labels, data.form), datasets: data.series.map((one) => dataset(one, data.form)) },
      options: options(data),
    }),
  );
}

function drawAll() {
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  document.querySelectorAll("figure[data-chart]").forEach(draw);
}

function drawNew() {
  for (const [figure, chart] of charts) {
    if (figure.isConnected) continue;
    chart.destroy();
    charts.delete(figure);
  }
  document.querySelectorAll("figure[data-chart]").forEach((figure) => charts.has(figure) || draw(figure));
}

// A table that somebody opened stays open when its part of the page is renewed.
let opened = [];
document.addEventListener("htmx:beforeSwap", () => {
  opened = [...document.querySelectorAll("figure[data-chart] details[open]")].map((table) => table.id);
});
document.addEventListener("htmx:afterSettle", () => {
  opened.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  drawNew();
});
new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
drawAll();
