// The yardstick of Node: child_process.fork with serialization 'advanced', which is structured clone.
// Told what to do by lines of JSON on stdin. A message is an array: the channel, then the arguments.
'use strict';
const { fork } = require('child_process');
const path = require('path');

const seconds = () => Number(process.hrtime.bigint()) / 1e9; // the system-wide monotonic clock

function parent() {
  const child = fork(__filename, ['child'], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  let flood = [];
  let floodEnded = 0;
  child.on('message', (message) => {
    switch (message[0]) {
      case 'echo':
        child.send(message);
        break;
      case 'take':
        child.send(['taken']);
        break;
      case 'flood':
        flood.push(message[2]);
        floodEnded = seconds();
        break;
      case 'flooded': {
        const [, begun, times] = message;
        const inOrder = flood.length === times && flood.every((number, i) => number === String(i));
        console.log(JSON.stringify({ rate: times / (floodEnded - begun), in_order: inOrder }));
        flood = [];
        break;
      }
      case 'result':
        console.log(JSON.stringify(message[1]));
        break;
    }
  });
  let over = false;
  child.on('exit', () => process.exit(over ? 0 : 1));
  let text = '';
  process.stdin.on('data', (data) => {
    text += data;
    for (let end; (end = text.indexOf('\n')) >= 0; text = text.slice(end + 1)) {
      child.send(['do', JSON.parse(text.slice(0, end))]);
    }
  });
  process.stdin.on('end', () => {
    over = true;
    child.disconnect();
  });
}

function child() {
  const payloads = require(path.join(__dirname, 'payloads.json'));
  let answered = null;

  async function ask(channel, args, times) {
    const taken = [];
    for (let i = 0; i < times; i++) {
      const begun = seconds();
      await new Promise((resolve) => {
        answered = resolve;
        process.send([channel, ...args]);
      });
      taken.push(seconds() - begun);
    }
    process.send(['result', taken]);
  }

  function flood(times) {
    const [text] = payloads.small;
    const numbers = Array.from({ length: times }, (_, i) => String(i));
    const begun = seconds();
    for (const number of numbers) process.send(['flood', text, number]);
    process.send(['flooded', begun, times]);
  }

  process.on('message', (message) => {
    if (message[0] !== 'do') {
      answered(message);
      return;
    }
    const { do: what, what: payload, size, times } = message[1];
    if (what === 'flood') flood(times);
    else ask(what, size ? [Buffer.alloc(size)] : payloads[payload], times);
  });
  process.on('disconnect', () => process.exit(0));
}

if (process.argv[2] === 'child') child();
else parent();
