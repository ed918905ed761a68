// SPDX-License-Identifier: Apache-2.0
// live-worker.js — one stream of events for all tabs of a browser (HTTP/1.1 allows six connections).
const ports = new Map(); // port → topics
let stream = null;
let listening = '';
let state = 'closed';

function tell(topic) {
  for (const [p, t] of ports) if (topic === null || t.includes(topic)) p.postMessage(topic === null ? { kind: state } : { kind: 'change', topic });
}
function connect() {
  const all = [...new Set([...ports.values()].flat())].sort();
  const key = all.join(' ');
  if (key === listening && stream && stream.readyState !== EventSource.CLOSED) return;
  stream?.close();
  stream = null;
  listening = key;
  if (all.length === 0) return;
  stream = new EventSource(`/live?${all.map((t) => `topic=${encodeURIComponent(t)}`).join('&')}`);
  stream.onopen = () => { state = 'open'; tell(null); };
  stream.onerror = () => { state = 'closed'; tell(null); };
  for (const t of all) stream.addEventListener(t, () => tell(t));
}
onconnect = (ev) => {
  const port = ev.ports[0];
  port.onmessage = (m) => {
    if (m.data.topics.length === 0) ports.delete(port); else ports.set(port, m.data.topics);
    connect();
    if (stream && state === 'open') port.postMessage({ kind: 'open' });
  };
  port.start();
};
setInterval(() => { if (ports.size > 0 && (!stream || stream.readyState === EventSource.CLOSED)) { listening = ''; connect(); } }, 10000);
