// What all live views share, on the front end's side; view.py is the other side. The files that a view names are
// joined to one module, so everything here begins with `ipclab`.

// Connect a model (all its views share it) with the kernel. `take(item)` gets each item; `reset()` is called before
// the items that tell everything anew; `mainBlocked(blocked)` when main's loop stops turning and goes on; `have()`
// returns what hello is to say; `lost()` when the kernel that made the model has ended. Returns {send, show, close}:
// `show(el)` says in the element of a view that the kernel has gone, when it has; it returns what undoes that.
function ipclabConnect(model, {take, reset = () => {}, mainBlocked = () => {}, have = () => ({}), lost = () => {}}) {
  let last = null;
  let gone = false;
  const shown = new Set();
  const sayGone = (el) => {
    const text = "The kernel behind this has ended or was restarted. Run the cell again.";
    el.prepend(ipclabElement("p", {class: "ipclab-gone", role: "status"}, text));
  };
  const onGone = () => {
    if (gone) return;
    gone = true;
    shown.forEach(sayGone);
    lost();
  };
  const send = (item, buffers) => {
    if (gone) return;
    try {
      model.send(item, undefined, buffers);
    } catch {
      onGone(); // nothing else tells of a kernel that was shut down
    }
  };
  const hello = () => {
    last = null;
    send({...have(), t: "hello"});
  };
  const onMessage = (message, buffers) => {
    if (message.t === "main") {
      mainBlocked(message.blocked);
    } else if (message.t === "batch") {
      if (message.whole) {
        reset();
      } else if (last === null) {
        return; // everything is under way
      } else if (message.n !== last + 1) {
        hello();
        return;
      }
      last = message.n;
      for (const item of message.items) take(item, buffers);
    }
  };
  model.on("msg:custom", onMessage);
  model.on("comm_live_update", onGone);
  hello();
  return {
    send,
    show: (el) => {
      shown.add(el);
      if (gone) sayGone(el);
      return () => shown.delete(el);
    },
    close: () => {
      model.off("msg:custom", onMessage);
      model.off("comm_live_update", onGone);
    },
  };
}

// Keys pressed in a view are the view's: the notebook's shortcuts (b: a cell below, d d: delete the cell) must not see
// them. Ctrl, Meta and Escape go through: saving, and leaving the view.
function ipclabKeepKeys(element) {
  const isOurs = (event) => !event.ctrlKey && !event.metaKey && event.key !== "Escape";
  element.addEventListener("keydown", (event) => {
    if (isOurs(event)) event.stopPropagation();
  });
  // Notebook 7 looks at keys before they come here. It leaves alone what bears this mark: the very element that has
  // the focus, for its shortcuts name that one.
  const MARK = "data-lm-suppress-shortcuts";
  const mark = (event) => {
    const {target} = event;
    if (!element.contains(target)) {
      window.removeEventListener("keydown", mark, true); // the view has gone while it had the focus
    } else if (isOurs(event)) {
      target.setAttribute(MARK, "true");
      window.setTimeout(() => target.removeAttribute(MARK));
    }
  };
  element.addEventListener("focusin", () => window.addEventListener("keydown", mark, true));
  element.addEventListener("focusout", () => window.removeEventListener("keydown", mark, true));
}

// Make an element: `ipclabElement("button", {class: "ipclab-button", type: "button"}, "Clear", otherElement)`.
// Texts are texts, never HTML.
function ipclabElement(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function ipclabReducedMotion() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
