// Toasts that go by themselves, and banners that fold.
import { all, on } from "./dom.js";
import { ngettext } from "./words.js";

const TOAST_MS = 6000;
const MOST_TOASTS = 3;
const MOST_BANNERS = 2;

export function startNotices() {
  on("click", "[data-close-toast]", (button) => button.closest("[data-toast]").remove());
  document.addEventListener("htmx:afterSwap", trim);
  trim();
  foldBanners();
}

/** At most three: those go first that would have gone anyway. */
function trim() {
  const toasts = all("[data-toast]");
  const spare = [...toasts.filter((toast) => !stays(toast)), ...toasts.filter(stays)];
  spare.slice(0, Math.max(0, toasts.length - MOST_TOASTS)).forEach((toast) => toast.remove());
  all("[data-toast]:not([data-timed])").forEach(expire);
}

const stays = (toast) => toast.dataset.toast === "error";

/** Six seconds, stopped while the pointer or focus is on it; errors stay until closed. */
function expire(toast) {
  toast.dataset.timed = "";
  if (stays(toast)) return;
  let timer;
  const start = () => {
    clearTimeout(timer);
    if (!toast.matches(":hover, :focus-within")) timer = setTimeout(() => toast.remove(), TOAST_MS);
  };
  for (const event of ["mouseenter", "focusin"]) toast.addEventListener(event, () => clearTimeout(timer));
  for (const event of ["mouseleave", "focusout"]) toast.addEventListener(event, () => setTimeout(start));
  start();
}

/** The first two banners stand; the others fold into "2 more". */
export function foldBanners() {
  const place = document.getElementById("banners");
  if (!place) return;
  const fold = place.querySelector(":scope > details.more-banners");
  const banners = [...all(":scope > :not(details.more-banners)", place), ...(fold ? all(":scope > :not(summary)", fold) : [])];
  if (banners.length <= MOST_BANNERS) {
    if (fold) fold.replaceWith(...banners.filter((banner) => fold.contains(banner)));
    return;
  }
  if (fold && place.children.length === MOST_BANNERS + 1 && fold.children.length === banners.length - MOST_BANNERS + 1) return;
  const more = fold ?? document.createElement("details");
  more.className = "more-banners";
  more.querySelector("summary") ?? more.append(document.createElement("summary"));
  more.querySelector("summary").textContent = ngettext("{number} more", "{number} more", banners.length - MOST_BANNERS);
  more.append(...banners.slice(MOST_BANNERS));
  place.append(...banners.slice(0, MOST_BANNERS), more);
}
