// The command palette: one field that finds screens, orders, plans, articles and facilities. The server finds; here are
// the keys, the choice, and where one was last.

const palette = document.getElementById("palette");
const field = palette?.querySelector("[role=combobox]");
const found = document.getElementById("palette-found");
const RECENT = 5;

const options = () => [...found.querySelectorAll("[role=option]")];
const chosen = () => found.querySelector("[aria-selected=true]");

function open() {
  if (palette.open || document.querySelector(".modal.show")) return;
  const rail = document.getElementById("rail");
  if (rail?.classList.contains("show")) bootstrap.Offcanvas.getInstance(rail)?.hide();
  field.value = "";
  choose(null);
  field.setAttribute("aria-expanded", "false");
  found.replaceChildren();
  palette.showModal();
  field.focus();
  htmx.trigger(field, "ask");
}

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  if (option) {
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  } else field.removeAttribute("aria-activedescendant");
}

function step(by) {
  const all = options();
  if (all.length) choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
}

// Where one was last is this reader's, in this browser; the server knows whether it may still be seen.
const key = `recent:${palette?.dataset.reader}`;

function recent() {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? [];
  } catch {
    return [];
  }
}

function remember(option) {
  const name = option.querySelector(".ar-palette-name").textContent;
  const detail = option.closest("[role=group]").querySelector(".ar-palette-title").textContent;
  const url = option.getAttribute("href");
  const before = recent().filter((one) => one.url !== url);
  const known = recent().find((one) => one.url === url);
  localStorage.setItem(key, JSON.stringify([known ?? { name, detail, url }, ...before].slice(0, RECENT)));
}

function showRecent() {
  const list = found.querySelector("[role=listbox]");
  const visited = recent();
  if (!list || list.dataset.for || !visited.length) return;
  const group = document.getElementById("palette-recent").content.cloneNode(true).firstElementChild;
  const pattern = group.querySelector("[role=option]");
  for (const { name, detail, url } of visited) {
    const option = pattern.cloneNode(true);
    option.setAttribute("href", url);
    option.querySelector(".ar-palette-name").textContent = name;
    option.querySelector(".ar-palette-name + span").textContent = detail;
    group.append(option);
  }
  pattern.remove();
  list.prepend(group);
}

// Enter may be quicker than the answer: then what was typed last is waited for, and its first option taken.
let hurried = false;
const upToDate = () => found.firstElementChild?.dataset.for === field.value;

function enter() {
  hurried = !upToDate();
  if (!hurried) chosen()?.click();
}

function onFound() {
  showRecent();
  options().forEach((option, number) => (option.id = `palette-option-${number}`));
  field.setAttribute("aria-expanded", String(options().length > 0));
  document.getElementById("palette-said").textContent = found.querySelector("[data-said]")?.dataset.said ?? "";
  choose(options()[0]);
  if (hurried && upToDate()) enter();
}

if (palette) {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (palette.open) palette.close();
    else open();
  });
  document.addEventListener("palette:open", open);
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-palette-open]")) open();
    // Its backdrop counts as the dialog itself.
    else if (target === palette || target.closest("[data-palette-close]")) palette.close();
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const act = { ArrowDown: () => step(1), ArrowUp: () => step(-1), Enter: enter }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  field.addEventListener("input", () => (hurried = false));
  found.addEventListener("click", ({ target }) => {
    const option = target.closest("[role=option]");
    if (option) remember(option);
  });
  found.addEventListener("pointermove", ({ target }) => {
    const option = target.closest("[role=option]");
    if (option && option !== chosen()) choose(option);
  });
  found.addEventListener("htmx:afterSettle", onFound);
}
