// The window tells how the work stands: its title and its small picture follow what the polled header says.
// <div id="head" data-window-title="Running · name · gpuconsole" data-favicon="/static/img/state-running.svg">
export function startStanding() {
  document.addEventListener("htmx:afterSwap", tell);
  document.addEventListener("htmx:oobAfterSwap", tell);
}

function tell() {
  const head = document.querySelector("[data-window-title]");
  if (!head) return;
  if (document.title !== head.dataset.windowTitle) document.title = head.dataset.windowTitle;
  const icon = document.querySelector("link[rel=icon]");
  if (icon.getAttribute("href") !== head.dataset.favicon) icon.setAttribute("href", head.dataset.favicon);
}
