// The arrow of a row as SVG paths. Its shape alone tells the outcome, as in `ipclab.diagram`; colour only repeats it:
// filled head, delivered; ring with a cross before the lane, unheard; box with a cross on the lane, rejected; wall
// with a cross at the start, refused; a cross where the line breaks off, lost; dotted with an open head, in flight.

const ipclabMonitorHalf = 4; // arrows begin and end beside the lane

const ipclabMonitorHead = (x, y, way) => `M${x} ${y}l${-9 * way} -4.5v9z`;
const ipclabMonitorCross = (x, y) => `M${x - 3.5} ${y - 3.5}l7 7m0 -7l-7 7`;
const ipclabMonitorRing = (x, y) => `M${x - 7} ${y}a7 7 0 1 0 14 0a7 7 0 1 0 -14 0`;

// Returns {line, head, marks, from, to}: the line, what is filled, what is drawn around it, and the way of the dot.
function ipclabMonitorArrow(start, end, y, outcome) {
  if (start === end) return ipclabMonitorLoop(start, y, outcome);
  const way = end > start ? 1 : -1;
  const from = start + ipclabMonitorHalf * way;
  let tip = end - ipclabMonitorHalf * way;
  let head = "";
  let marks = "";
  if (outcome === "refused") {
    tip = start + 24 * way;
    marks = `M${tip} ${y - 6}v12` + ipclabMonitorCross(tip + 9 * way, y);
  } else if (outcome === "unheard") {
    tip -= 22 * way;
    marks = ipclabMonitorRing(tip + 7 * way, y) + ipclabMonitorCross(tip + 7 * way, y);
  } else if (outcome === "lost") {
    tip -= Math.min(60, Math.abs(end - start) / 3) * way;
    marks = ipclabMonitorCross(tip + 7 * way, y);
  } else if (outcome === "rejected") {
    const middle = tip - 7 * way;
    tip -= 14 * way;
    head = ipclabMonitorHead(tip, y, way);
    marks = `M${middle - 7} ${y - 7}h14v14h-14z` + ipclabMonitorCross(middle, y);
  } else if (outcome === "pending") {
    marks = `M${tip - 8 * way} ${y - 4.5}L${tip} ${y}L${tip - 8 * way} ${y + 4.5}`;
  } else {
    head = ipclabMonitorHead(tip, y, way);
  }
  const stop = head ? tip - 8 * way : tip;
  return {line: `M${from} ${y}H${stop}`, head, marks, from, to: tip};
}

function ipclabMonitorLoop(x, y, outcome) {
  const from = x + ipclabMonitorHalf;
  const good = outcome === "delivered" || outcome === "pending";
  return {
    line: `M${from} ${y - 10}h22v10h-14`,
    head: good ? ipclabMonitorHead(from, y, -1) : "",
    marks: good ? "" : ipclabMonitorCross(x + 10, y),
    from,
    to: from,
  };
}

function ipclabMonitorSvg(tag, attributes = {}) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
