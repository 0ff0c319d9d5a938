// The one script of the interface: comfort for pages that work without it.
import { startDialogs } from "./dialogs.js";
import { on } from "./dom.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startMenus } from "./menus.js";
import { startNotices } from "./notices.js";
import { startPolling } from "./polling.js";

startLive();
startPolling();
startDialogs();
startNotices();
startKeys();
startMenus();
on("click", "[data-copy], [data-copy-near], [data-reveal]", (button) => import("./copy.js").then((copy) => copy.press(button)));

// What only some pages have.
if (document.querySelector("[data-new-rows]")) import("./live_rows.js").then((rows) => rows.startLiveRows());
if (document.querySelector("[data-log-url]")) import("./logs.js").then((logs) => logs.startLogs());
if (document.querySelector("[data-window-title]")) import("./standing.js").then((standing) => standing.startStanding());
if (document.querySelector("#metrics")) import("./charts.js").then((charts) => charts.startCharts());
if (document.querySelector("[data-list]")) import("./lists.js").then((lists) => lists.startLists());
if (document.querySelector("main form")) import("./forms.js").then((forms) => forms.startForms());
document.documentElement.dataset.script = "on";
