// Loaded once somebody was signed out while a page was open: takes over the mark of their new session, without which nothing that
// was typed could be sent.
import { all } from "./dom.js";

/** Whether the person is signed in again, and the page can go on. */
export async function renewed() {
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", redirect: "error" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body.getAttribute("hx-headers");
    if (!answer.ok || !fresh) return false;
    document.body.setAttribute("hx-headers", fresh);
    for (const field of all("input[name=csrfmiddlewaretoken]")) field.value = JSON.parse(fresh)["X-CSRFToken"];
    return true;
  } catch {
    return false; // still signed out, or the line is lost
  }
}
