// What pages need beyond HTML and htmx: the theme switch, live regions, dialogs that come from the server.

const root = document.documentElement;

function showTheme() {
  const dark = root.dataset.bsTheme === "dark";
  document.querySelectorAll("[data-theme-switch]").forEach((button) => {
    button.setAttribute("aria-pressed", String(dark));
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-switch]");
  if (!button) return;
  root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.bsTheme);
  showTheme();
});

// A live region asks for itself anew, every two seconds or as many as data-live says, while somebody looks at the page,
// but never while a row is under the pointer, has the focus or is ticked, or a menu or dialog is open: nothing moves
// away from a hand.
function busy(region) {
  return (
    document.hidden ||
    region.matches(":hover") ||
    region.contains(document.activeElement) ||
    region.querySelector("input:checked, .dropdown-menu.show") !== null ||
    document.querySelector(".modal.show, dialog[open]") !== null
  );
}

let seconds = 0;

function keepLive() {
  seconds += 1;
  document.querySelectorAll("[data-live]").forEach((region) => {
    const paused = busy(region);
    document.querySelectorAll(`[data-live-of="${region.id}"]`).forEach((sign) => {
      sign.toggleAttribute("data-live-paused", paused);
    });
    if (!paused && seconds % (Number(region.dataset.live) || 2) === 0) htmx.trigger(region, "refresh");
  });
}

// A dialog that htmx put into #dialog is shown; when it is closed the place is empty again.
function showDialog(event) {
  const place = event.detail.target;
  const element = place.querySelector(".modal");
  if (place.id !== "dialog" || !element || bootstrap.Modal.getInstance(element)) return;
  const dialog = bootstrap.Modal.getOrCreateInstance(element);
  const asked = event.detail.requestConfig?.elt;
  const opener = asked && asked !== document.body ? asked : document.activeElement;
  element.addEventListener("shown.bs.modal", () => element.querySelector("[autofocus]")?.focus(), { once: true });
  element.addEventListener(
    "hidden.bs.modal",
    () => {
      dialog.dispose();
      place.replaceChildren();
      // The page may have been renewed meanwhile: the same button is a new element, or gone.
      const again = opener?.isConnected ? opener : document.getElementById(opener?.id);
      // What was chosen in a menu is out of sight again: then the focus goes to the menu's button.
      const standing = again?.closest(".dropdown")?.querySelector("[data-bs-toggle]") ?? again;
      (standing ?? document.getElementById("main"))?.focus({ preventScroll: true });
    },
    { once: true },
  );
  dialog.show();
}

// What a region asked for before a hand came near may arrive too late; and what is shown already stays, so that nobody
// loses a selection to it.
const shown = new WeakMap();
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig, serverResponse } = event.detail;
  if (!target.matches("[data-live]")) return;
  const asked = requestConfig.triggeringEvent?.type === "refresh";
  if (asked && (busy(target) || shown.get(target) === serverResponse)) event.detail.shouldSwap = false;
  else shown.set(target, serverResponse);
});

// A part of the page that is renewed may take the focus with it: it goes to the same element anew, else to the content.
let focused = null;
document.addEventListener("focusin", (event) => {
  focused = event.target;
});
document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement !== document.body || !focused || focused.isConnected) return;
  (document.getElementById(focused.id) ?? document.getElementById("main"))?.focus({ preventScroll: true });
});

// Rows that are ticked, for what is done with many: how many they are stands in the buttons, which show when there are any.
function countChosen() {
  const bar = document.querySelector("[data-bulk]");
  if (!bar) return;
  const rows = [...document.querySelectorAll("input[name='ids']")];
  const ticked = rows.filter((row) => row.checked).length;
  const all = bar.querySelector("[data-choose-all]");
  const page = bar.querySelector("[data-choose-page]");
  page.checked = ticked > 0 && ticked === rows.length;
  page.indeterminate = ticked > 0 && ticked < rows.length;
  const count = all?.checked ? Number(all.dataset.total) : ticked;
  bar.querySelector("[data-bulk-actions]").hidden = count === 0;
  bar.querySelectorAll("[data-bulk-count]").forEach((place) => (place.textContent = `(${count})`));
}
document.addEventListener("change", ({ target }) => {
  const rows = document.querySelectorAll("input[name='ids']");
  const all = document.querySelector("[data-choose-all]");
  if (target.matches("[data-choose-page], [data-choose-all]")) rows.forEach((row) => (row.checked = target.checked));
  // All that match are no longer meant once one of them is not.
  if (all?.checked && !target.checked && target.matches("[data-choose-page], input[name='ids']")) all.checked = false;
  if (target.matches("[data-choose-page], [data-choose-all], input[name='ids']")) countChosen();
});
document.addEventListener("htmx:afterSettle", countChosen);

// Buttons beside a number: one less, one more, or all there are to be.
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-step]");
  if (!button) return;
  const number = document.getElementById(button.getAttribute("aria-controls"));
  const most = Number(number.max);
  const step = button.dataset.step;
  const wanted = step === "all" ? most : Number(number.value) + Number(step);
  number.value = Math.min(most, Math.max(Number(number.min), wanted));
});

// What has a place among others is moved with the keyboard as with its buttons.
document.addEventListener("keydown", (event) => {
  if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const way = event.key === "ArrowUp" ? "up" : "down";
  const button = event.target.closest("[data-movable]")?.querySelector(`[data-move="${way}"]`);
  if (!button) return;
  event.preventDefault();
  button.focus();
  button.click();
});

// Refusals and failures of htmx requests that come with a message in HTML are shown like any other answer.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { status } = event.detail.xhr;
  if (status >= 400 && event.detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/html")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
// An answer to an open dialog: the question again, which goes into the same window, or nothing, and the dialog is still
// there for closeDialog to close it properly. Taken away before, it would leave its backdrop over the page.
document.addEventListener("htmx:beforeSwap", (event) => {
  const open = document.querySelector("#dialog .modal.show");
  if (!open || event.detail.target.id !== "dialog") return;
  if (event.detail.serverResponse.includes("modal-dialog")) {
    event.detail.target = open.querySelector(".modal-dialog");
    event.detail.selectOverride = ".modal-dialog";
    event.detail.swapOverride = "outerHTML";
  } else {
    event.detail.swapOverride = "none";
  }
});
// A question that was asked again starts at what is wrong.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.matches(".modal-dialog")) target.querySelector("[data-conflict], .is-invalid")?.focus();
});
// While the server cannot be reached the page says so; it stops when an answer comes.
document.addEventListener("htmx:sendError", () => {
  const said = document.getElementById("unreachable");
  if (!document.querySelector("#toasts [data-unreachable]")) {
    document.getElementById("toasts")?.append(said.content.cloneNode(true));
  }
});
document.addEventListener("htmx:afterOnLoad", () => document.querySelector("#toasts [data-unreachable]")?.remove());
// Not before htmx knows the form: a quick Enter would send it to the page.
document.addEventListener("htmx:afterSettle", showDialog);
// A moment later, because other events of the same answer still come from the form, and would be lost with it.
document.addEventListener("closeDialog", () => {
  setTimeout(() => {
    const element = document.querySelector("#dialog .modal.show");
    if (element) bootstrap.Modal.getInstance(element)?.hide();
  });
});
document.addEventListener("DOMContentLoaded", () => {
  showTheme();
  setInterval(keepLive, 1000);
});
