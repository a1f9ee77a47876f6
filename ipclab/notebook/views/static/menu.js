// Menus, operated as the ARIA Authoring Practices' "Menu and Menubar" say. What changes is changed in place: open menus
// stay open, the focus stays.

const IPCLAB_MENU_ROLES = {checkbox: "menuitemcheckbox", radio: "menuitemradio", separator: "separator"};
const IPCLAB_MENU_MARKS = {checkbox: "✓", radio: "●"};
const IPCLAB_MENU_NONE = {id: 0, type: "normal", label: "(empty)", enabled: false};

// Milliseconds: the pointer may cross other items on its way to a submenu; letters typed within are one word.
const IPCLAB_MENU_HOVER = 150;
const IPCLAB_MENU_TYPING = 500;

// One item of a `list`.
function ipclabMenuEntry(list, id, type, hasItems) {
  const mark = ipclabElement("span", {class: "ipclab-menu-mark", "aria-hidden": "true"});
  const label = ipclabElement("span", {class: "ipclab-menu-label"});
  const sublabel = ipclabElement("span", {class: "ipclab-menu-sublabel"});
  const keys = ipclabElement("span", {class: "ipclab-menu-keys"});
  const arrow = ipclabElement("span", {class: "ipclab-menu-arrow", "aria-hidden": "true"}, hasItems ? "▸" : "");
  const isLine = type === "separator";
  const node = ipclabElement("div", {
    class: isLine ? "ipclab-menu-line" : "ipclab-menu-item",
    role: IPCLAB_MENU_ROLES[type] ?? "menuitem",
    tabindex: isLine ? null : "-1",
    "aria-haspopup": hasItems ? "menu" : null,
    "aria-expanded": hasItems ? "false" : null,
  });
  if (!isLine) node.append(...(list.bar ? [label] : [mark, ipclabElement("span", {}, label, sublabel), keys, arrow]));
  const entry = {id, node, list, isLine, sub: null, place: ipclabElement("div", {role: "none"}, node)};
  if (hasItems) {
    entry.sub = ipclabMenuList(entry);
    entry.sub.element.popover = "manual"; // in the browser's top layer a cell's output does not clip it
    entry.place.append(entry.sub.element);
  }
  entry.update = (state) => {
    entry.state = state;
    if (isLine) return;
    label.textContent = state.label;
    sublabel.textContent = state.sublabel ?? "";
    keys.textContent = state.keys ?? "";
    node.title = state.tip ?? "";
    node.setAttribute("aria-disabled", String(!state.enabled));
    if (type in IPCLAB_MENU_MARKS) {
      node.setAttribute("aria-checked", String(state.checked));
      mark.textContent = state.checked ? IPCLAB_MENU_MARKS[type] : "";
    }
    if (entry.sub) {
      entry.sub.element.setAttribute("aria-label", state.label);
      entry.sub.update(state.items);
    }
  };
  return entry;
}

// A menu: the bar, a popup, or what the item `owner` opens.
function ipclabMenuList(owner, bar = false) {
  const element = ipclabElement("div", {class: bar ? "ipclab-menubar" : "ipclab-menu", role: bar ? "menubar" : "menu"});
  const list = {element, owner, bar, entries: [], opened: null};
  list.update = (items) => {
    const old = new Map(list.entries.map((entry) => [entry.id, entry]));
    const entries = new Map();
    for (const state of items.length || bar ? items : [IPCLAB_MENU_NONE]) {
      const entry = old.get(state.id) ?? ipclabMenuEntry(list, state.id, state.type, Boolean(state.items));
      entry.update(state);
      entries.set(state.id, entry);
    }
    const stays = (entry) => entries.has(entry.id) && !entry.isLine;
    for (const [index, entry] of list.entries.entries()) {
      if (entries.has(entry.id)) continue;
      if (list.opened === entry) list.opened = null;
      if (entry.place.contains(document.activeElement)) {
        // The focus goes to a neighbour before its place vanishes: it must not fall out of the menus.
        const next = list.entries.slice(index).find(stays) ?? list.entries.slice(0, index).findLast(stays);
        (next ?? owner)?.node.focus();
      }
      entry.place.remove();
    }
    list.entries = [...entries.values()];
    // Only what is not in its place is moved: an element that is moved loses the focus.
    let at = element.firstChild;
    for (const {place} of list.entries) {
      if (place === at) at = at.nextSibling;
      else element.insertBefore(place, at);
    }
    const first = list.entries.find((entry) => !entry.isLine);
    if (!owner && first && !element.querySelector(":scope > * > [tabindex='0']")) first.node.tabIndex = 0;
  };
  return list;
}

// Make `root`, a list, react to keys and the pointer. `choose(entry, event)`: an item was clicked. `escape(event)`:
// Escape in the outermost menu. Returns {shut, focus, dispose}.
function ipclabMenuControl(root, {choose, escape}) {
  let typed = "";
  let typedAt = 0;
  let foundBy = null;
  let hovering = null; // the timer
  let hovered = null; // the item that the pointer has moved to

  const within = (list, target) => {
    for (const entry of list.entries) {
      if (entry.node.contains(target)) return entry;
      if (entry.sub?.element.contains(target)) return within(entry.sub, target);
    }
    return null;
  };
  const shut = (list = root) => {
    const entry = list.opened;
    if (!entry) return;
    shut(entry.sub);
    list.opened = null;
    entry.node.setAttribute("aria-expanded", "false");
    // The focus goes back before its place is hidden: it must not fall out of the menus.
    if (entry.sub.element.contains(document.activeElement)) focus(entry);
    entry.sub.element.hidePopover();
  };
  const focus = (entry) => {
    if (!entry) return;
    if (entry.list === root) for (const other of root.entries) if (!other.isLine) other.node.tabIndex = other === entry ? 0 : -1;
    entry.node.focus();
  };
  const place = (list = root) => {
    if (!list.opened) return;
    const at = list.opened.node.getBoundingClientRect();
    const {style, offsetWidth: width, offsetHeight: height} = list.opened.sub.element;
    let left = list.bar ? at.left : at.right;
    let top = list.bar ? at.bottom : at.top - 5;
    if (left + width > window.innerWidth) left = list.bar ? window.innerWidth - width : at.left - width;
    if (top + height > window.innerHeight) top = list.bar && at.top > height ? at.top - height : window.innerHeight - height;
    style.left = `${Math.max(0, left)}px`;
    style.top = `${Math.max(0, top)}px`;
    place(list.opened.sub);
  };
  const open = (entry) => {
    if (!entry.state.enabled || entry.list.opened === entry) return;
    shut(entry.list);
    entry.sub.element.showPopover();
    entry.node.setAttribute("aria-expanded", "true");
    entry.list.opened = entry;
    place(entry.list);
  };
  const usable = (list) => list.entries.filter((entry) => !entry.isLine);
  const step = (entry, by) => {
    const all = usable(entry.list);
    return all[(all.indexOf(entry) + by + all.length) % all.length];
  };
  const enter = (entry, which) => {
    open(entry);
    if (entry.list.opened === entry) focus(usable(entry.sub).at(which));
  };
  const act = (entry, event) => {
    if (!entry.state.enabled) return;
    if (entry.sub) enter(entry, 0);
    else choose(entry, event);
  };
  // To the next or previous item of the bar; an open menu is followed by the neighbour's.
  const along = (entry, by) => {
    const wasOpen = root.opened !== null;
    const next = step(entry, by);
    shut();
    focus(next);
    if (wasOpen && next.sub) enter(next, 0);
  };
  const outermost = (entry) => (entry.list.owner ? outermost(entry.list.owner) : entry);
  const search = (entry, letter) => {
    const now = performance.now();
    // Where the focus has gone somewhere else meanwhile, another word begins.
    typed = entry === foundBy && now - typedAt < IPCLAB_MENU_TYPING ? typed + letter : letter;
    typedAt = now;
    const all = usable(entry.list);
    // A first letter looks behind the item, the letters after it look at the item, too.
    const from = all.indexOf(entry) + (typed.length === 1 ? 1 : 0);
    const order = [...all.slice(from), ...all.slice(0, from)];
    const found = order.find(({state}) => state.label.toLowerCase().startsWith(typed.toLowerCase()));
    foundBy = found ?? entry;
    focus(found);
  };

  const onKey = (event) => {
    const entry = within(root, event.target);
    if (!entry || event.ctrlKey || event.metaKey || event.altKey) return;
    const {list} = entry;
    const isBar = list.bar;
    if (event.key.length !== 1) typed = "";
    switch (event.key) {
      case "ArrowDown":
        if (!isBar) focus(step(entry, 1));
        else if (entry.sub) enter(entry, 0);
        break;
      case "ArrowUp":
        if (!isBar) focus(step(entry, -1));
        else if (entry.sub) enter(entry, -1);
        break;
      case "ArrowRight":
        if (!isBar && entry.sub) enter(entry, 0);
        else if (root.bar) along(outermost(entry), 1);
        break;
      case "ArrowLeft":
        if (list.owner && !list.owner.list.bar) shut(list.owner.list);
        else if (root.bar) along(outermost(entry), -1);
        break;
      case "Home":
        focus(usable(list)[0]);
        break;
      case "End":
        focus(usable(list).at(-1));
        break;
      case "Enter":
      case " ":
        act(entry, event);
        break;
      case "Escape":
        if (list.owner) shut(list.owner.list);
        else if (list.opened) shut(list);
        else if (!escape(event)) return;
        break;
      case "Tab":
        shut();
        return; // and on to what comes next
      default:
        if (event.key.length !== 1) return;
        search(entry, event.key);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const onClick = (event) => {
    const entry = within(root, event.target);
    if (!entry || entry.isLine) return;
    clearTimeout(hovering);
    focus(entry);
    if (entry.sub && entry.list.opened === entry) {
      if (entry.list.bar) shut(entry.list);
    } else if (entry.sub) open(entry);
    else act(entry, event);
  };
  const onHover = (event) => {
    const entry = within(root, event.target);
    if (entry === hovered || event.pointerType === "touch") return;
    hovered = entry;
    clearTimeout(hovering);
    if (!entry || entry.isLine) return;
    if (entry.list.bar) {
      if (!entry.list.opened || entry.list.opened === entry) return;
      shut();
      focus(entry);
      if (entry.sub) open(entry);
      return;
    }
    if (!root.element.contains(document.activeElement)) return; // somebody types elsewhere
    if (entry.list.opened === entry) return;
    hovering = setTimeout(() => {
      shut(entry.list);
      focus(entry);
      if (entry.sub) open(entry);
    }, entry.list.opened ? IPCLAB_MENU_HOVER : 0);
  };
  const onLeave = (event) => {
    if (!root.element.contains(event.relatedTarget)) shut();
  };
  const follow = () => place();

  root.element.addEventListener("keydown", onKey);
  root.element.addEventListener("click", onClick);
  // Not pointerover: a menu that opens under a resting pointer is not pointed at.
  root.element.addEventListener("pointermove", onHover);
  root.element.addEventListener("pointerleave", () => (hovered = null));
  root.element.addEventListener("focusout", onLeave);
  window.addEventListener("scroll", follow, true);
  window.addEventListener("resize", follow);
  return {
    shut,
    focus,
    dispose() {
      clearTimeout(hovering);
      window.removeEventListener("scroll", follow, true);
      window.removeEventListener("resize", follow);
    },
  };
}
