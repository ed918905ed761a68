// SPDX-License-Identifier: Apache-2.0
// live.js — open pages stay true. A page names its topics in <body data-live>; when the server tells
// that one changed (one SharedWorker holds the one stream of all tabs), and every 30 s in any case, the
// page is fetched again and each <section data-part id=…> that differs is replaced. Where push is
// blocked, it is fetched every 15 s. The age of the newest data stands in the top bar; past 60 s it is
// marked in words.

import { word, span, serverNow } from './shared.js';

const STALE_MS = 60000;
const topics = (document.body.dataset.live ?? '').split(' ').filter(Boolean);
const age = document.querySelector('[data-age]');
let dataAt = Date.parse(document.body.dataset.at ?? document.body.dataset.now ?? '') || serverNow();
let measured = Boolean(document.body.dataset.at);
let reached = true;
let pushed = false;
let busy = false;
let again = false;
let timer = null;

function showAge() {
  if (!age || topics.length === 0) return;
  const old = serverNow() - dataAt;
  const stale = old > STALE_MS || !reached;
  const text = word(!reached ? 'offline' : (stale ? 'stale' : 'live'), span(old));
  if (age.textContent !== text) age.textContent = text;
  age.dataset.stale = stale ? '1' : '0';
  document.documentElement.toggleAttribute('data-stale', stale);
}

function busyInside(part) {
  const f = document.activeElement;
  if (document.querySelector('dialog[open]')) return true;
  return f && part.contains(f) && f.matches('input:not([type=checkbox]),textarea,select');
}

function replaceParts(doc) {
  for (const part of document.querySelectorAll('[data-part][id]')) {
    const fresh = doc.getElementById(part.id);
    if (!fresh || fresh.outerHTML === part.dataset.was || busyInside(part)) continue;
    const source = fresh.outerHTML;
    const focus = part.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
    const picked = new Set([...part.querySelectorAll('td.pick input:checked')].map((b) => b.value));
    const scroll = [...part.querySelectorAll('.table-wrap')].map((w) => [w.scrollLeft, w.scrollTop]);
    const node = document.adoptNode(fresh);
    part.replaceWith(node);
    node.dataset.was = source;
    for (const b of node.querySelectorAll('td.pick input')) if (picked.has(b.value)) b.checked = true;
    [...node.querySelectorAll('.table-wrap')].forEach((w, i) => { if (scroll[i]) [w.scrollLeft, w.scrollTop] = scroll[i]; });
    if (focus) node.querySelector(`a[href="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
  }
}

async function refresh() {
  if (busy) { again = true; return; }
  busy = true;
  try {
    const r = await fetch(location.href, { headers: { 'X-Live': '1' }, credentials: 'same-origin', cache: 'no-store' });
    if (r.redirected && new URL(r.url).pathname === '/login') { location.reload(); return; }
    if (!r.ok) throw new Error(String(r.status));
    const doc = new DOMParser().parseFromString(await r.text(), 'text/html');
    replaceParts(doc);
    const at = Date.parse(doc.body.dataset.at ?? '');
    measured = Boolean(at);
    dataAt = at || serverNow();
    reached = true;
    document.dispatchEvent(new CustomEvent('hn:refreshed'));
    bell();
  } catch { reached = false; } finally {
    busy = false;
    showAge();
    if (again) { again = false; soon(1000); }
  }
}
// A storm of changes is one refresh a second.
let due = null;
function soon(ms) {
  if (due) return;
  due = setTimeout(() => { due = null; refresh(); }, ms);
}
function schedule() {
  clearInterval(timer);
  timer = setInterval(() => { if (!document.hidden) refresh(); }, pushed ? 30000 : 15000);
}

async function bell() {
  const b = document.querySelector('[data-bell]');
  if (!b) return;
  try {
    const r = await fetch('/home/counts', { credentials: 'same-origin', cache: 'no-store' });
    if (!r.ok) return;
    const n = (await r.json()).unacknowledged;
    const c = b.querySelector('.count');
    c.textContent = n > 99 ? '99+' : String(n);
    c.hidden = !n;
  } catch { /* shown again at the next refresh */ }
}

function heard(m) {
  if (m.kind === 'open') { pushed = true; schedule(); } else if (m.kind === 'closed') { pushed = false; schedule(); } else if (m.kind === 'change') soon(150 + Math.random() * 250);
}
function listen() {
  const url = `/live?${topics.map((t) => `topic=${encodeURIComponent(t)}`).join('&')}`;
  try {
    const w = new SharedWorker(`/static/js/live-worker.js${document.body.dataset.static ?? ''}`, { name: 'hn-live' });
    w.port.onmessage = (ev) => heard(ev.data);
    w.port.start();
    w.port.postMessage({ topics });
    window.addEventListener('pagehide', () => w.port.postMessage({ topics: [] }));
    window.addEventListener('pageshow', (ev) => { if (ev.persisted) w.port.postMessage({ topics }); });
  } catch {
    const s = new EventSource(url);
    s.onopen = () => heard({ kind: 'open' });
    s.onerror = () => heard({ kind: 'closed' });
    for (const t of topics) s.addEventListener(t, () => heard({ kind: 'change' }));
  }
}

bell();
if (topics.length > 0) {
  listen();
  schedule();
  showAge();
  setInterval(showAge, 1000);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) soon(50); });
}
