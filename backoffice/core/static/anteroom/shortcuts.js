// Shortcuts of a single key. They never act while somebody types or a dialog is open, and can be switched off.

const FOLLOWS_WITHIN = 1500;
const SETTING = "shortcuts";

const off = () => localStorage.getItem(SETTING) === "off";
const press = (selector) => document.querySelector(selector)?.click();

function typing(target) {
  return target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio])");
}

function search() {
  const field = document.querySelector("#main form[role=search] input[type=search]");
  if (!field) return document.dispatchEvent(new Event("palette:open"));
  field.focus();
  field.select();
}

// Rows are walked through by their first link, which Enter then opens. A row that was renewed meanwhile is the same one.
let current = null;

function rows() {
  return [...document.querySelectorAll("#main .ar-table tbody tr")].filter((row) => row.querySelector("a[href]"));
}

function walk(by) {
  const all = rows();
  const here = document.activeElement.closest("#main tbody tr") ?? (current && document.getElementById(current));
  const next = all[all.includes(here) ? all.indexOf(here) + by : by > 0 ? 0 : all.length - 1];
  if (!next) return;
  current = next.id;
  next.querySelector("a[href]").focus();
  next.scrollIntoView({ block: "nearest" });
}

function tick() {
  document.activeElement.closest("tbody tr")?.querySelector("input[name=ids]")?.click();
}

function chooseNothing() {
  const page = document.querySelector("[data-choose-page]");
  if (!document.querySelector("input[name=ids]:checked")) return;
  page.checked = false;
  page.dispatchEvent(new Event("change", { bubbles: true }));
}

let going = 0;

function go(key) {
  going = 0;
  press(`[data-go="${CSS.escape(key)}"]`);
}

function showShortcuts() {
  htmx.ajax("GET", document.querySelector("[data-shortcuts]").dataset.shortcuts, "#dialog");
}

const ACTS = {
  "/": search,
  "?": showShortcuts,
  g: () => (going = Date.now()),
  j: () => walk(1),
  k: () => walk(-1),
  x: tick,
  z: () => press("#toasts > :last-child [data-undo]"),
  Escape: chooseNothing,
};

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented || off()) return;
  if (document.querySelector(".modal.show, dialog[open], .dropdown-menu.show, .offcanvas-lg.show")) return;
  if (typing(target)) {
    if (key === "Escape") target.blur();
    return;
  }
  if (Date.now() - going < FOLLOWS_WITHIN) {
    event.preventDefault();
    go(key);
  } else if (Object.hasOwn(ACTS, key)) {
    if (key !== "Escape") event.preventDefault();
    ACTS[key]();
  }
});

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-shortcuts]")) showShortcuts();
});
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-shortcuts-switch]")) localStorage.setItem(SETTING, target.checked ? "on" : "off");
});

// Keys are called as they are on the reader's keyboard.
function nameKeys() {
  if (!/Mac|iP(hone|ad)/.test(navigator.platform)) return;
  document.querySelectorAll("kbd[data-command]").forEach((key) => (key.textContent = "⌘"));
}
document.addEventListener("htmx:afterSettle", () => {
  document.querySelectorAll("[data-shortcuts-switch]").forEach((input) => (input.checked = !off()));
  nameKeys();
});
nameKeys();
