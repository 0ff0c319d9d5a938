// Lines of KEY=value as people paste them, by the rules of gpuconsole/core/spec_forms/dotenv.py.

const HEAD = /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.\-/]*)[ \t]*=[ \t]*/y;
const QUOTED = {
  "'": /'([^']*)'[ \t]*(?:#[^\n]*)?(?=\n|$)/y,
  '"': /"((?:[^"\\]|\\[^])*)"[ \t]*(?:#[^\n]*)?(?=\n|$)/y,
};
const ESCAPES = { n: "\n", r: "\r", t: "\t" };

/** { pairs: [[key, value]], left: lines that say no KEY=value } */
export function read(pasted) {
  const text = pasted.replace(/\r\n?/g, "\n");
  const found = { pairs: [], left: [] };
  for (let at = 0; at < text.length; ) {
    const head = match(HEAD, text, at);
    const quote = head && text[head.end];
    const quoted = head && QUOTED[quote] && match(QUOTED[quote], text, head.end);
    const end = quoted ? quoted.end : lineEnd(text, at);
    const line = text.slice(at, end).trim();
    if (quoted) found.pairs.push([head[1], quote === "'" ? quoted[1] : unescaped(quoted[1])]);
    else if (head) found.pairs.push([head[1], text.slice(head.end, end).replace(/(?:^|[ \t]+)#.*$/, "").trim()]);
    else if (line && !line.startsWith("#")) found.left.push(line);
    at = end + 1;
  }
  return found;
}

function match(pattern, text, at) {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return found && Object.assign(found, { end: pattern.lastIndex });
}

function lineEnd(text, at) {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

const unescaped = (text) => text.replace(/\\([^])/g, (_, sign) => ESCAPES[sign] ?? sign);
