// SPDX-License-Identifier: Apache-2.0
// shared.js — what the other scripts have in common. No side effects: app.js is also loaded by a versioned
// address, and a module that is imported by another address is another module.

export function word(key, value) {
  const w = document.getElementById('hn-words')?.dataset[key] ?? '';
  return value === undefined ? w : w.replace('%s', value);
}
export function keep(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch { /* a browser that keeps nothing still works */ }
}
export function kept(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

// The server's clock: ages are right even where this machine's clock is not.
const skew = document.body.dataset.now ? Date.parse(document.body.dataset.now) - Date.now() : 0;
export const serverNow = () => Date.now() + skew;

export function span(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return word('second', s);
  if (s < 3600) return word('minute', Math.floor(s / 60));
  if (s < 86400) return word('hour', Math.floor(s / 3600));
  return word('day', Math.floor(s / 86400));
}
export function typing(target) {
  return target instanceof Element && target.closest('input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable]');
}
