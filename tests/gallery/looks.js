// What the studio asks of each page, beside axe; added before the page's own scripts.
window.looks = {
  /** Rules that are broken, each with the first few places. */
  async broken(runOnly) {
    const found = await window.axe.run(document, { resultTypes: ["violations"], iframes: false, runOnly });
    const said = (node) => [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; ");
    const places = (rule) => rule.nodes.slice(0, 4).map((node) => `${node.target.join(" ")} (${said(node)})`);
    return found.violations.map((rule) => `${rule.id}: ${places(rule).join(" | ")}`);
  },

  /** What makes the page wider than its window. */
  wide() {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const isOut = (one) => one.getBoundingClientRect().right > root.clientWidth + 1;
    const found = [...document.body.querySelectorAll("*")].filter(isOut);
    return [`${root.scrollWidth} of ${root.clientWidth} px`, ...found.slice(0, 4).map((one) => one.outerHTML.slice(0, 140))];
  },

  /** The title of a question counts where the page has no other. */
  facts(mark) {
    const count = (selector) => document.querySelectorAll(selector).length;
    const heads = count("h1:not(.confirm h1)") || count(".confirm h1");
    return { heads, mains: count("main"), hostile: count(`[${mark}]`) };
  },
};
