// SPDX-License-Identifier: Apache-2.0
// table.js — the desk's tables: rows that open, j k x Enter, bulk selection, density, columns.

import { word, keep, kept, typing } from './shared.js';

const rowsOf = (table) => [...table.tBodies[0]?.rows ?? []].filter((r) => r.querySelector('a[href], input'));
const linkOf = (row) => row.querySelector('th a[href], td a[href]');
let cursor = null;

function place(row) {
  cursor?.classList.remove('is-cursor');
  cursor = row;
  row.classList.add('is-cursor');
  row.scrollIntoView({ block: 'nearest' });
  linkOf(row)?.focus({ preventScroll: true });
}
function move(step) {
  if (cursor && !cursor.isConnected) cursor = null;
  const table = cursor?.closest('table') ?? document.querySelector('table[data-table]');
  if (!table) return;
  const rows = rowsOf(table);
  const at = cursor ? rows.indexOf(cursor) : (step > 0 ? -1 : rows.length);
  const row = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  if (row) place(row);
}

/* ---- selection ---- */
const boxes = (table) => [...table.querySelectorAll('tbody td.pick input[type=checkbox]')];
function showSelection(table) {
  const all = boxes(table);
  const on = all.filter((b) => b.checked);
  const head = table.querySelector('[data-pick-all]');
  for (const b of all) b.closest('tr').setAttribute('aria-selected', String(b.checked));
  if (head) { head.checked = all.length > 0 && on.length === all.length; head.indeterminate = on.length > 0 && on.length < all.length; }
  for (const bar of document.querySelectorAll(`[data-bulk-for="${table.id}"]`)) {
    bar.querySelector('[data-bulk-count]').textContent = on.length ? word('selected', on.length) : word('none');
    bar.hidden = on.length === 0;
  }
}

/* ---- columns ---- */
const columnKey = (table) => `hn.columns:${location.pathname}:${table.id}`;
function hiddenColumns(table) {
  try { return new Set(JSON.parse(kept(columnKey(table)) ?? '[]')); } catch { return new Set(); }
}
function showColumns(table) {
  const off = hiddenColumns(table);
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((h, i) => {
    const hide = off.has(h.dataset.col) && !h.hasAttribute('data-fixed');
    h.hidden = hide;
    for (const r of table.tBodies[0].rows) if (r.cells.length === heads.length) r.cells[i].hidden = hide;
  });
}
function chooseColumns(table) {
  const d = document.createElement('dialog');
  const h = document.createElement('h2');
  const row = document.createElement('div');
  const close = document.createElement('button');
  const off = hiddenColumns(table);
  h.textContent = word('columns'); h.id = 'hn-columns-title';
  d.setAttribute('aria-labelledby', h.id);
  d.append(h);
  for (const th of table.tHead.rows[0].cells) {
    if (!th.dataset.col || th.hasAttribute('data-fixed')) continue;
    const l = document.createElement('label');
    const b = document.createElement('input');
    const s = document.createElement('span');
    l.className = 'choice';
    b.type = 'checkbox'; b.checked = !off.has(th.dataset.col);
    s.textContent = th.textContent.trim();
    b.addEventListener('change', () => {
      if (b.checked) off.delete(th.dataset.col); else off.add(th.dataset.col);
      keep(columnKey(table), off.size ? JSON.stringify([...off]) : null);
      showColumns(table);
    });
    l.append(b, s);
    d.append(l);
  }
  row.className = 'dialog-actions';
  close.type = 'button'; close.className = 'btn'; close.textContent = word('close');
  close.addEventListener('click', () => d.close());
  d.addEventListener('close', () => d.remove());
  row.append(close);
  d.append(row);
  document.body.append(d);
  d.showModal();
}

function showDense() {
  for (const b of document.querySelectorAll('[data-dense-toggle]'))
    b.setAttribute('aria-pressed', String(document.documentElement.hasAttribute('data-dense')));
}

export function dress(scope = document) {
  for (const table of scope.querySelectorAll('table[data-table]')) {
    for (const r of rowsOf(table)) if (linkOf(r)) r.classList.add('is-link');
    if (table.tHead) showColumns(table);
    showSelection(table);
  }
  showDense();
}

document.addEventListener('click', (ev) => {
  const t = ev.target instanceof Element ? ev.target : null;
  if (!t) return;
  const columns = t.closest('[data-columns-for]');
  if (columns) { chooseColumns(document.getElementById(columns.dataset.columnsFor)); return; }
  if (t.closest('[data-dense-toggle]')) {
    const on = !document.documentElement.hasAttribute('data-dense');
    document.documentElement.toggleAttribute('data-dense', on);
    keep('hn.dense', on ? '1' : null);
    showDense();
    return;
  }
  // The whole row is the link, yet text can still be marked and other things in it clicked.
  const row = t.closest('table[data-table] tbody tr.is-link');
  if (!row || t.closest('a,button,input,label,select,summary') || String(getSelection()) !== '') return;
  if (t.closest('td.pick')) { t.closest('td.pick').querySelector('input').click(); return; }
  const a = linkOf(row);
  if (ev.ctrlKey || ev.metaKey) window.open(a.href, '_blank', 'noopener');
  else a.click();
});
document.addEventListener('change', (ev) => {
  const t = ev.target;
  const table = t instanceof Element && t.closest('table[data-table]');
  if (!table) return;
  if (t.matches('[data-pick-all]')) for (const b of boxes(table)) b.checked = t.checked;
  if (t.closest('.pick')) showSelection(table);
});
document.addEventListener('keydown', (ev) => {
  if (ev.ctrlKey || ev.metaKey || ev.altKey || typing(ev.target) || document.querySelector('dialog[open]')) return;
  if (ev.key === 'j') { ev.preventDefault(); move(1); }
  else if (ev.key === 'k') { ev.preventDefault(); move(-1); }
  else if (ev.key === 'x' && cursor?.isConnected) { cursor.querySelector('td.pick input')?.click(); }
  else if (ev.key === 'Enter' && cursor?.isConnected && !ev.target.closest?.('a,button,summary,input')) { linkOf(cursor)?.click(); }
});
document.addEventListener('hn:refreshed', () => dress());
dress();
