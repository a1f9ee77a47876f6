// A window: title bar, what surrounds the page, the page, its console. window.py is the other side.

const ipclabStates = {
  loading: ["◌", "loading"],
  ready: ["●", "ready"],
  blocked: ["■", "blocked"],
  crashed: ["✖", "crashed"],
  closed: ["○", "closed"],
};

// What is said above the page of a window that does not answer as usual.
function ipclabWindowNote({head, mainBlocked, waiting}) {
  const inputs = waiting === 1 ? "1 input waits" : `${waiting} inputs wait`;
  const also = waiting ? `; ${inputs} and will arrive` : "";
  if (head.state === "closed") return "This window is closed. What it showed last is still here.";
  if (head.state === "crashed") return "The renderer process is gone.";
  if (mainBlocked) return `Main is blocked: every window waits${also}.`;
  if (head.state === "blocked") return `The renderer process is blocked${also}.`;
  return head.visible ? "" : "This window is hidden; here it is shown all the same.";
}

function ipclabRenderWindow(store, el) {
  const {send} = store;
  const title = ipclabElement("span", {class: "ipclab-window-title"});
  const process = ipclabElement("span", {class: "ipclab-window-process"});
  const state = ipclabElement("span", {class: "ipclab-window-state"});
  const fresh = ipclabElement("span", {class: "ipclab-window-fresh"});
  const toggle = ipclabElement(
    "button",
    {type: "button", class: "ipclab-window-toggle", onclick: () => send({t: "console", open: !store.open})},
    "Console",
    fresh,
  );
  const close = ipclabElement(
    "button",
    {type: "button", class: "ipclab-window-close", onclick: () => send({t: "close"})},
    ipclabElement("span", {"aria-hidden": "true"}, "✕"),
  );
  const noteText = ipclabElement("span", {role: "status"});
  const reload = ipclabElement("button", {type: "button", onclick: () => send({t: "reload"})}, "Reload");
  const note = ipclabElement("div", {class: "ipclab-window-note"}, noteText, reload);
  const frame = ipclabFrameHost(
    () => store.tree.tree(),
    (id, type, fields) => store.input(id, type, fields),
  );
  const page = ipclabElement("div", {class: "ipclab-window-page"}, frame.element);
  const pane = ipclabConsole(send);
  const chrome = Object.fromEntries(Object.entries(ipclabChromeParts).map(([kind, make]) => [kind, make(send)]));
  const root = ipclabElement(
    "div",
    {class: "ipclab-view ipclab-window", role: "group"},
    ipclabElement("div", {class: "ipclab-window-bar"}, title, process, state, toggle, close),
    ipclabElement(
      "div",
      {class: "ipclab-window-inside"},
      chrome.menu.element,
      ipclabElement("div", {class: "ipclab-window-body"}, note, page, chrome.popup.element),
      chrome.progress.element,
      pane.element,
      chrome.dialog.element, // the last: all else in here is out of reach while it is open
    ),
  );

  function paint() {
    const {head} = store;
    if (head === null) return;
    const name = `Window ${head.id}`;
    const [sign, named] = store.mainBlocked && head.state !== "closed" ? ["■", "main is blocked"] : ipclabStates[head.state];
    root.dataset.state = head.state;
    root.classList.toggle("ipclab-window-waits", store.mainBlocked);
    root.classList.toggle("ipclab-window-unseen", !head.visible);
    root.setAttribute("aria-label", `${name}: ${head.title}`);
    root.style.maxWidth = `${head.width}px`;
    page.style.setProperty("--ipclab-page-height", `${head.height}px`);
    title.textContent = head.title;
    title.title = head.url;
    process.textContent = `window ${head.id} · ${head.label}`;
    state.dataset.shape = sign;
    state.textContent = named;
    close.setAttribute("aria-label", `Close window ${head.id}`);
    close.title = `Close window ${head.id}`;
    close.disabled = head.state === "closed";
    frame.element.title = `Page of window ${head.id}: ${head.title}`;
    pane.name(`Console of window ${head.id}`);
    pane.open(store.open);
    toggle.setAttribute("aria-expanded", String(store.open));
    fresh.textContent = store.unseen && !store.open ? ` · ${store.unseen} new` : "";
    const text = ipclabWindowNote(store);
    if (noteText.textContent !== text) noteText.textContent = text; // said once, not at every change
    note.classList.toggle("ipclab-hidden", !text); // hidden from the eye alone: what is said later is heard
    reload.hidden = head.state !== "crashed";
  }

  ipclabKeepKeys(root);
  el.append(root);
  pane.add(store.lines);
  for (const [kind, shown] of Object.entries(store.chrome)) chrome[kind].update(shown);
  paint();
  const view = {frame, pane, chrome, paint};
  store.views.add(view);
  return () => {
    store.views.delete(view);
    frame.dispose();
    pane.dispose();
    Object.values(chrome).forEach((part) => part.dispose());
    root.remove();
  };
}

// What surrounds the page, by the kind of item that tells of it.
const ipclabChromeParts = {menu: ipclabMenuBar, popup: ipclabPopup, dialog: ipclabDialog, progress: ipclabProgress};

export default () => {
  const store = {
    head: null,
    tree: ipclabPageTree(),
    lines: [],
    open: false,
    unseen: 0,
    waiting: 0,
    mainBlocked: false,
    chrome: {},
    views: new Set(),
  };
  let connection = null;
  const each = (what) => store.views.forEach(what);
  let painting = false;
  const paint = () => {
    // Once for all that comes in one batch.
    if (painting) return;
    painting = true;
    queueMicrotask(() => {
      painting = false;
      each((view) => view.paint());
    });
  };

  store.input = (id, type, fields) => {
    if (store.head === null || ["closed", "crashed"].includes(store.head.state)) return;
    if (store.mainBlocked || store.head.state === "blocked") {
      store.waiting += type === "input" || type === "click" ? 1 : 0;
      paint();
    }
    store.send({t: "input", id, type, fields});
  };

  const TAKE = {
    head: (item) => {
      store.head = item;
      if (item.state !== "blocked" && !store.mainBlocked) store.waiting = 0;
      paint();
    },
    changes: ({changes}) => {
      const [kind, tree] = changes[0] ?? [];
      // Who only has come to look, too, changes nothing for those who look already.
      if (kind === "all" && changes.length === 1 && store.tree.is(tree)) return;
      store.tree.apply(changes);
      each(({frame}) => frame.post(changes));
    },
    line: (line) => {
      store.lines.push(line);
      if (store.lines.length > ipclabConsoleLines) store.lines.shift();
      store.unseen += store.open ? 0 : 1;
      each(({pane}) => pane.add([line]));
      paint();
    },
    console: ({open, unseen}) => {
      store.open = open;
      store.unseen = unseen;
      paint();
    },
    empty: () => {
      store.lines = [];
      each(({pane}) => pane.empty());
    },
  };

  return {
    initialize({model}) {
      connection = ipclabConnect(model, {
        take: (item) => {
          if (item.t in TAKE) TAKE[item.t](item);
          else if (item.t in ipclabChromeParts) {
            // What the part shows is in the item's other field.
            const {t, ...rest} = item;
            [store.chrome[t]] = Object.values(rest);
            each(({chrome}) => chrome[t].update(store.chrome[t]));
          }
        },
        reset: () => TAKE.empty(),
        mainBlocked: (blocked) => {
          store.mainBlocked = blocked;
          if (!blocked) store.waiting = 0;
          paint();
        },
        lost: () => {
          if (store.head !== null) TAKE.head({...store.head, state: "closed"}); // its process has ended with main
        },
      });
      store.send = (item) => connection.send(item);
      return connection.close;
    },
    render({el}) {
      const remove = ipclabRenderWindow(store, el);
      const hide = connection.show(el);
      return () => {
        hide();
        remove();
      };
    },
  };
};
