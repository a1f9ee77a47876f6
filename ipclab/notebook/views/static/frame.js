// What runs inside the sandboxed frame that shows a page. The function's text becomes the frame's only script, so it
// uses nothing from outside. The frame shows what it is told and says what the reader does; it decides nothing.
function ipclabFrame() {
  const HTML = "http://www.w3.org/1999/xhtml";
  const SPACES = {svg: "http://www.w3.org/2000/svg", math: "http://www.w3.org/1998/Math/MathML"};
  const NEVER = new Set([
    "script", "iframe", "frame", "frameset", "object", "embed", "applet", "base", "meta", "link", "portal", "noscript",
  ]);
  // Addresses: the page may show what it carries itself, and lead nowhere.
  const ADDRESSES = new Set([
    "action", "archive", "background", "cite", "classid", "codebase", "data", "dynsrc", "formaction", "href",
    "longdesc", "lowsrc", "manifest", "ping", "poster", "profile", "src", "srcset", "usemap", "xlink:href", "xml:base",
  ]);
  // `contenteditable`: the page would not hear of what is written there.
  const NO_ATTRIBUTES = new Set(["autofocus", "contenteditable", "http-equiv", "is", "nonce", "srcdoc", "target"]);
  const ANIMATIONS = new Set(["animate", "set", "animatetransform", "animatemotion"]);
  const LINES = new Set(["text", "search", "url", "tel", "email", "password", "number", "date", "time", "month", "week"]);

  const nodes = new Map();
  const ids = new WeakMap();
  const changed = new WeakMap(); // line of text -> what `change` has told of it
  const typed = new Set(); // controls whose text has not been said yet
  const sent = new Map(); // control -> its texts that were said and that the page has not got yet
  const got = new WeakMap(); // control -> its text as the page has it
  const stale = new WeakMap(); // control -> how many texts of `sent` the page set another text before
  let port = null;
  let applying = false;
  let flushing = 0;
  let focusLater = null;
  let clickFollows = null;

  // --- the tree ---

  function build(tree, space) {
    const [id, tag] = tree;
    if (tree.length === 2) return known(id, document.createTextNode(tag));
    const [, , attributes, children, properties] = tree;
    const name = tag.toLowerCase();
    const own = SPACES[name] ?? space;
    const element = known(id, make(NEVER.has(name) || ANIMATIONS.has(name) ? "template" : tag, own));
    if (element.localName === "template") return element;
    // The type last: a range that has no ends yet would put its value between others.
    const typeLast = ([one], [other]) => (one === "type") - (other === "type");
    for (const [attribute, value] of Object.entries(attributes).sort(typeLast)) set(element, attribute, value);
    const inner = name === "foreignobject" ? HTML : own;
    element.append(...children.map((child) => build(child, inner)));
    if ("value" in properties) element.value = properties.value;
    if ("checked" in properties) element[name === "option" ? "selected" : "checked"] = properties.checked;
    return element;
  }

  function make(tag, space) {
    try {
      return document.createElementNS(space, tag);
    } catch {
      return document.createElement("template"); // no name that browsers take
    }
  }

  function known(id, node) {
    nodes.set(id, node);
    ids.set(node, id);
    return node;
  }

  function set(element, name, value) {
    const lower = name.toLowerCase();
    if (lower.startsWith("on") || NO_ATTRIBUTES.has(lower)) return;
    if (ADDRESSES.has(lower)) value = harmless(element.localName.toLowerCase(), lower, String(value).trim());
    if (value === null) return;
    try {
      element.setAttribute(name, value);
    } catch {
      // no name that browsers take
    }
  }

  function harmless(tag, name, value) {
    if (value.startsWith("#")) return value;
    if (name === "src" && tag === "img" && /^data:image\//i.test(value)) return value;
    return name === "href" && (tag === "a" || tag === "area") ? "#" : null; // still a link to the eye and to Tab
  }

  function forget(node) {
    for (const child of node.childNodes) forget(child);
    nodes.delete(ids.get(node));
    typed.delete(node);
    sent.delete(node);
  }

  function show(tree) {
    const {scrollX, scrollY} = window;
    const same = nodes.size > 0;
    nodes.clear();
    typed.clear();
    sent.clear();
    const root = build(tree, HTML);
    const head = root.querySelector(":scope > head") ?? root.insertBefore(document.createElement("head"), root.firstChild);
    const style = document.createElement("style");
    style.textContent =
      ":root { color-scheme: light; background: #fff; color: #000; font: 14px system-ui, sans-serif }" +
      ":focus-visible { outline: 2px solid #1976d2; outline-offset: 1px }";
    head.prepend(style);
    document.replaceChild(root, document.documentElement);
    if (same) window.scrollTo(scrollX, scrollY);
  }

  const APPLY = {
    all: (tree) => show(tree),
    insert: (parent, before, tree) => {
      const above = nodes.get(parent);
      if (!above || above.localName === "template") return;
      const space = above.localName === "foreignObject" ? HTML : above.namespaceURI;
      const next = nodes.get(before);
      above.insertBefore(build(tree, space), next?.parentNode === above ? next : null);
    },
    remove: (id) => {
      const node = nodes.get(id);
      if (!node) return;
      forget(node);
      node.remove();
    },
    set: (id, name, value) => {
      const element = nodes.get(id);
      if (element && element.localName !== "template") set(element, name, value);
    },
    unset: (id, name) => nodes.get(id)?.removeAttribute?.(name),
    text: (id, text) => {
      const node = nodes.get(id);
      if (node) node.data = text;
    },
    value: (id, text) => {
      const control = nodes.get(id);
      if (!control) return;
      const written = sent.get(control) ?? [];
      const at = written.indexOf(text);
      if (at >= 0) { // the page tells every text that it has got
        written.splice(0, at + 1);
        got.set(control, text);
        stale.set(control, Math.max(0, (stale.get(control) ?? 0) - at - 1));
      } else if (written.length || typed.has(control)) {
        keepTyped(control, text, written.length);
      } else if (control.value !== text) {
        put(control, text);
      }
    },
    checked: (id, checked) => {
      const control = nodes.get(id);
      if (!control) return;
      const name = control.localName === "option" ? "selected" : "checked";
      if (control[name] !== checked) control[name] = checked;
    },
    focus: (id) => {
      const element = nodes.get(id);
      // A page must not take the keyboard away from the notebook: it has it when the reader comes.
      if (document.hasFocus()) element?.focus?.();
      else focusLater = element ?? null;
    },
    blur: (id) => {
      const element = nodes.get(id);
      if (focusLater === element) focusLater = null;
      // Who leaves the frame finds the caret where it was; the page has heard of it all the same.
      if (document.hasFocus()) element?.blur?.();
    },
  };

  // The page has set a text before it has got all that was typed, as a chat does that clears its line at Enter: what
  // was typed since goes behind it. What the page then makes of texts that were under way already is out of date.
  function keepTyped(control, text, underWay) {
    const before = got.get(control);
    if (before === undefined || before === text) return; // told by an event that is not `input`
    if (stale.get(control) > 0 || !control.value.startsWith(before)) return;
    put(control, text + control.value.slice(before.length), text.length - before.length);
    got.set(control, text);
    changed.set(control, text);
    stale.set(control, underWay);
    typeLater(control);
  }

  // A new text leaves the caret where it was, as far as that is possible.
  function put(control, text, shift = 0) {
    const caret = control === document.activeElement ? control.selectionStart : null;
    control.value = text;
    got.set(control, text);
    changed.set(control, control.value);
    if (typeof caret === "number") {
      const there = Math.max(0, Math.min(caret + shift, text.length));
      control.setSelectionRange(there, there);
    }
  }

  function apply(changes) {
    applying = true;
    try {
      for (const [kind, ...rest] of changes) {
        try {
          APPLY[kind]?.(...rest);
        } catch (error) {
          console.warn("a change of the page cannot be shown:", kind, String(error));
        }
      }
    } finally {
      applying = false;
    }
  }

  // --- what the reader does ---

  // The nearest element that main knows: the page's own.
  function target(event) {
    for (let node = event.target; node; node = node.parentNode) {
      if (ids.has(node) && node.nodeType === Node.ELEMENT_NODE) return node;
    }
    return null;
  }

  function isBox(control) {
    return control.localName === "input" && (control.type === "checkbox" || control.type === "radio");
  }

  function say(element, type, fields = {}) {
    if (type !== "input") flush();
    port?.postMessage({t: "input", id: ids.get(element), type, fields});
  }

  function held({ctrlKey, shiftKey, altKey, metaKey}) {
    return {ctrl: ctrlKey, shift: shiftKey, alt: altKey, meta: metaKey};
  }

  function sayChange(control) {
    if (LINES.has(control.type)) {
      if (changed.get(control) === control.value) return; // said when Enter was pressed
      changed.set(control, control.value);
    }
    say(control, "change", state(control));
  }

  function state(control) {
    if (control.localName === "select" && control.multiple) {
      return {values: [...control.selectedOptions].map((option) => String(option.value))};
    }
    return {value: String(control.value ?? "")};
  }

  // Enter in a line of text submits its form. The page's process does it: a sandboxed frame may not.
  function enter(control, event) {
    if (control.localName !== "input" || !LINES.has(control.type)) return;
    event.preventDefault();
    flush();
    sayChange(control);
  }

  function typeLater(control) {
    typed.add(control);
    if (!flushing) flushing = window.setTimeout(flush, 16);
  }

  function flush() {
    window.clearTimeout(flushing);
    flushing = 0;
    for (const control of typed) {
      const fields = state(control);
      if ("value" in fields) sent.set(control, [...(sent.get(control) ?? []), fields.value]);
      port?.postMessage({t: "input", id: ids.get(control), type: "input", fields});
    }
    typed.clear();
  }

  function listen(type, handle) {
    document.addEventListener(
      type,
      (event) => {
        const element = applying ? null : target(event);
        if (element) handle(element, event);
      },
      true,
    );
  }

  listen("click", (element, event) => {
    // A click on a label is followed by one on its control: the page's process makes that one itself.
    if (element === clickFollows) return;
    const {control} = element.closest("label") ?? {};
    if (control && !element.closest("a, button, input, select, textarea")) {
      clickFollows = control;
      window.setTimeout(() => (clickFollows = null));
    }
    say(element, "click", held(event));
    // The page's process decides what a link or a button does; the sandbox would stop them anyway.
    if (element.closest("a, area, button, input[type=submit], input[type=reset], input[type=image]")) event.preventDefault();
  });
  for (const type of ["dblclick", "contextmenu"]) {
    listen(type, (element, event) => {
      // As in Electron, there is no menu but what the app shows.
      if (type === "contextmenu") event.preventDefault();
      say(element, type, held(event));
    });
  }
  listen("input", (element) => {
    if (isBox(element)) return; // the click has said it
    typeLater(element);
  });
  listen("change", (element) => {
    if (!isBox(element)) sayChange(element);
  });
  for (const type of ["keydown", "keyup"]) {
    listen(type, (element, event) => {
      const {key} = event;
      if (type === "keydown" && key === "Enter" && !event.isComposing) enter(element, event);
      say(element, type, {key: String(key), ...held(event)});
    });
  }
  listen("focusin", (element) => {
    if (LINES.has(element.type)) changed.set(element, element.value);
    say(element, "focus");
  });
  listen("focusout", (element) => say(element, "blur"));
  window.addEventListener("focus", () => {
    focusLater?.focus?.();
    focusLater = null;
  });

  window.addEventListener("message", (event) => {
    if (port || event.source !== window.parent || event.data !== "ipclab" || !event.ports[0]) return;
    port = event.ports[0];
    port.onmessage = ({data}) => apply(data);
  });
}
