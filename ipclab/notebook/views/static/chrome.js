// What surrounds a page in a window's view: menu bar, popup and progress bar (dialogs: dialog.js). chrome.py is the
// other side: the items are main's, and a click is only told.

// Whether what opens by itself inside `element` may take the focus: not from somebody who types elsewhere.
function ipclabMayTakeFocus(element) {
  const active = document.activeElement;
  if (!active || element.closest(".ipclab-view")?.contains(active)) return true;
  return !active.isContentEditable && !active.matches("input, textarea, select, iframe, .ipclab-view *");
}

// Whether the focus can be given back to this element.
function ipclabCanFocus(element) {
  return Boolean(element?.isConnected) && element !== document.body && !element.closest("[inert]");
}

function ipclabClickOf(entry, event) {
  const held = ["shift", "ctrl", "alt", "meta"].filter((key) => event[`${key}Key`]);
  return {t: "menu-click", id: entry.id, held};
}

// The menu bar: `update([item, ...])`, or null without one.
function ipclabMenuBar(send) {
  const root = ipclabMenuList(null, true);
  root.element.setAttribute("aria-label", "Menu bar");
  root.element.hidden = true;
  let before = null; // what had the focus before the bar
  const giveBack = () => {
    if (!ipclabCanFocus(before)) return false;
    before.focus();
    return true;
  };
  const control = ipclabMenuControl(root, {
    choose(entry, event) {
      control.shut();
      giveBack();
      send(ipclabClickOf(entry, event));
    },
    escape: giveBack,
  });
  const remember = (element) => {
    if (element && !root.element.contains(element)) before = element;
  };
  root.element.addEventListener("pointerdown", () => remember(document.activeElement));
  root.element.addEventListener("focusin", (event) => remember(event.relatedTarget));
  return {
    element: root.element,
    update(items) {
      root.element.hidden = !items || items.length === 0;
      root.update(items ?? []);
    },
    dispose: control.dispose,
  };
}

// The popup: `update({id, x, y, items})`, or null while there is none. `element` is laid over the page, whose pixels
// x and y count; without them the menu is in the middle.
function ipclabPopup(send) {
  const cover = ipclabElement("div", {class: "ipclab-popup", hidden: true});
  let root = null;
  let control = null;
  let shown = null;
  let before = null;
  const close = () => send({t: "popup-close", popup: shown.id});
  const place = () => {
    if (!shown) return;
    for (const [side, at, room] of [
      ["left", shown.x, cover.clientWidth - root.element.offsetWidth],
      ["top", shown.y, cover.clientHeight - root.element.offsetHeight],
    ]) {
      root.element.style[side] = `${Math.max(0, at === null ? room / 2 : Math.min(at, room))}px`;
    }
  };
  const onPress = (event) => {
    if (!root.element.contains(event.target) && cover.closest(".ipclab-view")?.contains(event.target)) close();
  };
  const remove = () => {
    const hadFocus = root.element.contains(document.activeElement);
    control.shut();
    control.dispose();
    root.element.remove();
    document.removeEventListener("pointerdown", onPress, true);
    cover.hidden = true;
    root = control = shown = null;
    if (hadFocus && ipclabCanFocus(before)) before.focus();
  };
  const show = (popup) => {
    root = ipclabMenuList(null);
    root.element.setAttribute("aria-label", "Popup menu");
    control = ipclabMenuControl(root, {
      choose: (entry, event) => send({...ipclabClickOf(entry, event), popup: shown.id}),
      escape() {
        close();
        return true;
      },
    });
    cover.append(root.element);
    cover.hidden = false;
    document.addEventListener("pointerdown", onPress, true);
    shown = popup;
    root.update(popup.items);
    place();
    if (ipclabMayTakeFocus(cover)) {
      before = document.activeElement;
      control.focus(root.entries.find((entry) => !entry.isLine));
    }
  };
  const sizes = new ResizeObserver(place);
  sizes.observe(cover);
  return {
    element: cover,
    update(popup) {
      if (shown && popup?.id !== shown.id) remove();
      if (!popup) return;
      if (!shown) {
        show(popup);
        return;
      }
      root.update(popup.items);
      place();
    },
    dispose() {
      if (shown) remove();
      sizes.disconnect();
    },
  };
}

// The progress bar: `update(value)` with -1 for none, 0 to 1, or 2 for an unknown length.
function ipclabProgress() {
  const fill = ipclabElement("div", {class: "ipclab-progress-fill"});
  const track = ipclabElement(
    "div",
    {class: "ipclab-progress-track", role: "progressbar", "aria-label": "Progress", "aria-valuemin": "0", "aria-valuemax": "100"},
    fill,
  );
  const words = ipclabElement("span", {class: "ipclab-progress-words", "aria-hidden": "true"});
  const element = ipclabElement("div", {class: "ipclab-progress", hidden: true}, track, words);
  return {
    element,
    update(value) {
      element.hidden = value < 0;
      const isKnown = value <= 1;
      const percent = Math.round(value * 100);
      const text = isKnown ? `${percent} %` : "going on";
      element.classList.toggle("ipclab-unknown", !isKnown);
      fill.style.width = isKnown ? `${percent}%` : "";
      words.textContent = text;
      track.setAttribute("aria-valuetext", text);
      if (isKnown) track.setAttribute("aria-valuenow", String(percent));
      else track.removeAttribute("aria-valuenow");
    },
    dispose() {},
  };
}
