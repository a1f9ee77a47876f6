// What is shown of all that crosses: by direction, channel, kind, outcome and text. One pass over the rows; only a text
// that may stand in arguments which the front end does not have is looked for by Python.

const ipclabMonitorKinds = ["send", "invoke", "send_sync", "reply", "post_message", "send_to", "remote", "storage", "port"];
const ipclabMonitorOutcomes = ["pending", "delivered", "unheard", "refused", "rejected", "lost"];
let ipclabMonitorChannelLists = 0;

// `changed()`: the filters are others; `recheck(numbers)`: these rows may have come into sight; `search(item)` asks
// Python.
function ipclabMonitorFilters(store, {changed, recheck, search}) {
  const pick = (name, options) => ipclabElement(
    "select", {"aria-label": name, onchange: changeNow},
    ...options.map(([value, text]) => ipclabElement("option", {value}, text)),
  );
  const direction = pick("Direction", [
    ["", "any direction"], ["to-main", "to main"], ["from-main", "from main"], ["between", "between renderers"],
  ]);
  const kind = pick("Kind", [["", "any kind"], ...ipclabMonitorKinds.map((name) => [name, name])]);
  const outcome = pick("Outcome", [
    ["", "any outcome"], ["trouble", "any trouble"],
    ...ipclabMonitorOutcomes.map((name) => [name, name === "pending" ? "in flight" : name]),
  ]);
  const channels = ipclabElement("datalist", {id: `ipclab-monitor-channels-${++ipclabMonitorChannelLists}`});
  const channel = ipclabElement("input", {
    type: "search", "aria-label": "Channel", placeholder: "channel", list: channels.id, oninput: changeNow, size: 12,
  });
  const text = ipclabElement("input", {
    type: "search", "aria-label": "Text in messages", placeholder: "text, also in arguments", oninput: changeText, size: 20,
  });
  const none = ipclabElement("button", {type: "button", onclick: reset, "aria-disabled": "true"}, "No filter");
  const element = ipclabElement(
    "div", {class: "ipclab-monitor-bar", role: "group", "aria-label": "Filters"},
    direction, kind, outcome, channel, text, channels, none,
  );
  let wanted = {direction: "", kind: "", outcome: "", channel: "", text: ""};
  let found = new Set();
  let id = 0;
  let upto = 0; // Python has looked that far
  let searching = false;
  let timer = null;
  const known = new Set();
  const filters = {
    element,
    get active() {
      return Object.values(wanted).some(Boolean);
    },
    matches(row) {
      const {direction, kind, outcome, channel, text} = wanted;
      if (direction && !goes(row, direction)) return false;
      if (kind && row.kind !== kind) return false;
      if (outcome && (outcome === "trouble" ? row.trouble === null : row.outcome !== outcome)) return false;
      if (channel && !row.channel.toLowerCase().includes(channel)) return false;
      return !text || found.has(row.number) || here(row, text);
    },
    // New rows: lanes and channels to choose from, and more to look for a text in.
    refresh() {
      for (const lane of store.lanes) {
        if (lane === "main" || known.has(lane)) continue;
        known.add(lane);
        direction.append(ipclabElement("option", {value: `lane:${lane}`}, `to or from ${lane}`));
      }
      for (const name of store.channels) {
        if (known.has(`#${name}`)) continue;
        known.add(`#${name}`);
        channels.append(ipclabElement("option", {value: name}));
      }
      if (wanted.text && !searching && timer === null && upto < store.last) timer = setTimeout(ask, 300);
    },
    // Python's answer to `search`
    take(item) {
      if (item.id !== id) return;
      for (const number of item.numbers) found.add(number);
      upto = item.upto;
      searching = !item.done;
      recheck(item.numbers);
      filters.refresh();
    },
    close: () => clearTimeout(timer),
    again() {
      found = new Set();
      if (wanted.text) changeText();
    },
  };

  function goes(row, direction) {
    if (direction === "to-main") return row.receiver === "main";
    if (direction === "from-main") return row.sender === "main";
    if (direction === "between") return row.receiver !== "main" && row.sender !== "main";
    const lane = direction.slice(5);
    return row.sender === lane || row.receiver === lane;
  }

  function here(row, text) {
    return `${row.number} ${row.kind} ${row.channel} ${row.preview ?? ""} ${row.trouble ?? ""}`.toLowerCase().includes(text);
  }

  function read() {
    wanted = {
      direction: direction.value, kind: kind.value, outcome: outcome.value,
      channel: channel.value.toLowerCase(), text: text.value.toLowerCase(),
    };
    none.setAttribute("aria-disabled", !filters.active);
    changed();
  }

  function changeNow() {
    read();
  }

  function changeText() {
    found = new Set();
    id += 1;
    upto = store.first - 1;
    clearTimeout(timer);
    timer = text.value ? setTimeout(ask, 200) : null;
    read();
  }

  function ask() {
    timer = null;
    searching = true;
    search({t: "search", id, text: wanted.text, from: upto + 1});
  }

  function reset() {
    for (const control of [direction, kind, outcome, channel, text]) control.value = "";
    changeText();
  }
  return filters;
}
