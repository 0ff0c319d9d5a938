// What the studio asks of each page, beside axe; added before the page's own scripts.
window.looks = {
  /** Rules that are broken, each with the first few places; ``where`` is all of the page where it is left out. */
  async broken(runOnly, where = document) {
    const found = await window.axe.run(where, { resultTypes: ["violations"], iframes: false, runOnly });
    const said = (node) => [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; ");
    const places = (rule) => rule.nodes.slice(0, 4).map((node) => `${node.target.join(" ")} (${said(node)})`);
    return found.violations.map((rule) => `${rule.id}: ${places(rule).join(" | ")}`);
  },

  /** The same of colours alone. Of all that looks alike one is looked at, in a fraction of the time. */
  async illegible() {
    const seen = new Map();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, (node) => (node.data.trim() ? 1 : 2));
    while (texts.nextNode()) window.looks.note(texts.currentNode.parentElement, seen);
    for (const one of document.querySelectorAll("input, select, textarea")) window.looks.note(one, seen);
    return window.looks.broken({ type: "rule", values: ["color-contrast"] }, { include: [...seen.values()] });
  },

  /** Keep an element that is seen, under its colour, size, and all that is behind it. */
  note(one, seen) {
    if (!one.checkVisibility({ visibilityProperty: true })) return;
    const { color, fontSize, fontWeight } = getComputedStyle(one);
    const look = [color, fontSize, fontWeight, one.matches("[disabled], [aria-disabled=true]")];
    for (let at = one; at; at = at.parentElement) {
      const { backgroundColor, opacity } = getComputedStyle(at);
      look.push(opacity);
      if (backgroundColor !== "rgba(0, 0, 0, 0)") look.push(backgroundColor);
      if (backgroundColor.startsWith("rgb(")) break;
    }
    if (!seen.has(look.join())) seen.set(look.join(), one);
  },

  /** What makes the page wider than its window, and tables that stick out of their card or hide behind their own head. */
  wide() {
    const root = document.documentElement;
    const tables = [...document.querySelectorAll(".card table")].flatMap(window.looks.outOfCard);
    if (root.scrollWidth <= root.clientWidth) return tables;
    const isOut = (one) => one.getBoundingClientRect().right > root.clientWidth + 1;
    const found = [...document.body.querySelectorAll("*")].filter(isOut);
    return [...tables, `${root.scrollWidth} of ${root.clientWidth} px`, ...found.slice(0, 4).map((one) => one.outerHTML.slice(0, 140))];
  },

  outOfCard(table) {
    const [card, wrap] = [table.closest(".card"), table.parentElement];
    const head = table.querySelector("th, td");
    const isOut = getComputedStyle(wrap).overflowX === "visible" && table.offsetWidth > card.clientWidth;
    const isHidden = getComputedStyle(head).position === "sticky" && getComputedStyle(head).left === "0px" && head.offsetWidth > card.clientWidth * 0.7;
    return isOut || isHidden ? [`${table.offsetWidth} and ${head.offsetWidth} of ${card.clientWidth} px: ${table.outerHTML.slice(0, 80)}`] : [];
  },

  /** The title of a question counts where the page has no other. */
  facts(mark) {
    const count = (selector) => document.querySelectorAll(selector).length;
    const heads = count("h1:not(.confirm h1)") || count(".confirm h1");
    return { heads, mains: count("main"), hostile: count(`[${mark}]`) };
  },
};
