// The console of a window: what its page says, and what main says when the reader's clicks have it do something.

// How many lines are kept; window_console.py keeps as many.
const ipclabConsoleLines = 1000;

const ipclabLevels = {
  error: ["✖", "error"],
  warning: ["▲", "warning"],
  info: ["ℹ", "info"],
  debug: ["◦", "debug"],
};

// One console pane. `send` takes what the reader does in it.
function ipclabConsole(send) {
  const log = ipclabElement("div", {class: "ipclab-console-log", role: "log", tabindex: "0"});
  const clear = ipclabElement("button", {type: "button", onclick: () => send({t: "clear"})}, "Clear");
  const count = ipclabElement("span", {class: "ipclab-console-count"});
  const element = ipclabElement(
    "div",
    {class: "ipclab-console", hidden: true},
    ipclabElement("div", {class: "ipclab-console-bar"}, ipclabElement("strong", {}, "Console"), count, clear),
    log,
  );
  let painting = 0;
  let waiting = [];

  function row({label, level, text}) {
    const [symbol, word] = ipclabLevels[level] ?? ["", ""];
    return ipclabElement(
      "div",
      {class: `ipclab-console-line ipclab-console-${word || "log"}`},
      ipclabElement(
        "span",
        {class: "ipclab-console-level", title: word, "data-shape": symbol},
        ipclabElement("span", {class: "ipclab-hidden"}, word && `${word}: `),
      ),
      ipclabElement("span", {class: "ipclab-console-label"}, label),
      ipclabElement("span", {class: "ipclab-console-text"}, text.replace(/\x1b\[[0-9;]*m/g, "")),
    );
  }
  function paint() {
    painting = 0;
    const follows = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
    log.append(...waiting.slice(-ipclabConsoleLines).map(row));
    waiting = [];
    while (log.childElementCount > ipclabConsoleLines) log.firstChild.remove();
    count.textContent = log.childElementCount >= ipclabConsoleLines ? `the last ${ipclabConsoleLines} lines` : "";
    if (follows) log.scrollTop = log.scrollHeight;
  }
  function soon() {
    if (!painting && !element.hidden) painting = window.setTimeout(paint, 30); // not a frame: tabs in the background
  }
  return {
    element,
    name: (name) => log.setAttribute("aria-label", name),
    add: (lines) => {
      waiting.push(...lines);
      if (waiting.length > 2 * ipclabConsoleLines) waiting = waiting.slice(-ipclabConsoleLines);
      soon();
    },
    empty: () => {
      waiting = [];
      log.replaceChildren();
      count.textContent = "";
    },
    open: (open) => {
      if (element.hidden !== open) return;
      element.hidden = !open;
      if (open) {
        paint();
        log.scrollTop = log.scrollHeight;
      }
    },
    dispose: () => window.clearTimeout(painting),
  };
}
