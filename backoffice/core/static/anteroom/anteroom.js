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
  if (place.id !== "dialog" || !place.querySelector(".modal")) return;
  const element = place.querySelector(".modal");
  const dialog = bootstrap.Modal.getOrCreateInstance(element);
  const opener = document.activeElement;
  element.addEventListener("shown.bs.modal", () => element.querySelector("[autofocus]")?.focus(), { once: true });
  element.addEventListener(
    "hidden.bs.modal",
    () => {
      dialog.dispose();
      place.replaceChildren();
      // The page may have been renewed meanwhile: the same button is a new element, or gone.
      const again = opener?.isConnected ? opener : document.getElementById(opener?.id);
      (again ?? document.getElementById("main"))?.focus({ preventScroll: true });
    },
    { once: true },
  );
  dialog.show();
}

// Refusals and failures of htmx requests that come with a message in HTML are shown like any other answer.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { status } = event.detail.xhr;
  if (status >= 400 && event.detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/html")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
// While the server cannot be reached the page says so; it stops when an answer comes.
document.addEventListener("htmx:sendError", () => {
  const said = document.getElementById("unreachable");
  document.getElementById("notes")?.replaceChildren(said.content.cloneNode(true));
});
document.addEventListener("htmx:afterOnLoad", () => document.querySelector("#notes [data-unreachable]")?.remove());
document.addEventListener("htmx:afterSwap", showDialog);
document.addEventListener("closeDialog", () => {
  const element = document.querySelector("#dialog .modal.show");
  if (element) bootstrap.Modal.getInstance(element)?.hide();
});
document.addEventListener("DOMContentLoaded", () => {
  showTheme();
  setInterval(keepLive, 1000);
});
