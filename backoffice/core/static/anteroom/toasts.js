// Toasts: what was done, with a way back where there is one. They leave by themselves after as many seconds as data-toast
// says, but not while they are looked at: under the pointer, with the focus, or behind another tab. Others stay.

const toasts = document.getElementById("toasts");
const MOST = 4;

function dismiss(toast) {
  if (!toast) return;
  const held = toast.contains(document.activeElement);
  toast.remove();
  if (held) (toasts.lastElementChild?.querySelector("button") ?? document.getElementById("main"))?.focus();
}

function welcome(toast) {
  toast.append(document.getElementById("dismiss").content.cloneNode(true));
  while (toasts.children.length > MOST) dismiss(toasts.firstElementChild);
}

function pass() {
  if (document.hidden || toasts.matches(":hover") || toasts.contains(document.activeElement)) return;
  for (const toast of toasts.querySelectorAll("[data-toast]")) {
    toast.dataset.toast -= 1;
    if (Number(toast.dataset.toast) <= 0) dismiss(toast);
  }
}

if (toasts) {
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const toast of addedNodes) if (toast.nodeType === Node.ELEMENT_NODE) welcome(toast);
  }).observe(toasts, { childList: true });
  toasts.addEventListener("click", ({ target }) => {
    if (target.closest("[data-toast-close]")) dismiss(target.closest(".ar-toast"));
  });
  toasts.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    dismiss(event.target.closest(".ar-toast"));
  });
  // What was taken back, or was asked about instead, cannot be taken back once more.
  toasts.addEventListener("htmx:afterOnLoad", ({ detail }) => dismiss(detail.elt.closest(".ar-toast")));
  setInterval(pass, 1000);
}
