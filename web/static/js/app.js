// SPDX-License-Identifier: Apache-2.0
// app.js — what every page has: theme and rail, search key, menus, dialogs, confirmation, drafts, long
// choices, clocks. Pages can be read without it.

import { word, keep, serverNow, span, typing } from './shared.js';

const root = document.documentElement;

/* ---- theme and rail ---- */
function showTheme() {
  const dark = root.getAttribute('data-theme') === 'dark';
  for (const b of document.querySelectorAll('[data-theme-toggle]'))
    b.querySelector('span').textContent = dark ? b.dataset.toLight : b.dataset.toDark;
}
function showRail() {
  const folded = root.getAttribute('data-rail') === 'folded';
  for (const b of document.querySelectorAll('[data-rail-fold]')) {
    const text = word(folded ? 'unfold' : 'fold');
    b.setAttribute('aria-pressed', String(folded));
    b.title = text;
    b.querySelector('.label').textContent = text;
  }
}

/* ---- dialogs ---- */
function openDialog(id) {
  const d = document.getElementById(id);
  if (!(d instanceof HTMLDialogElement)) return false;
  if (!d.open) d.showModal();
  (d.querySelector('[autofocus], .field input:not([type=hidden]), .field textarea, .field select') ?? d.querySelector('button, a'))?.focus();
  return true;
}
function askFirst(form, button, text) {
  const d = document.createElement('dialog');
  const h = document.createElement('h2');
  const p = document.createElement('p');
  const row = document.createElement('div');
  const no = document.createElement('button');
  const yes = document.createElement('button');
  h.textContent = word('confirm'); h.id = 'hn-confirm-title';
  p.textContent = text;
  row.className = 'dialog-actions';
  no.type = yes.type = 'button';
  no.className = 'btn btn-quiet'; no.textContent = word('no');
  yes.className = button.classList.contains('btn-danger') ? 'btn btn-danger' : 'btn btn-primary';
  yes.textContent = button.textContent.trim() || word('yes');
  d.setAttribute('aria-labelledby', 'hn-confirm-title');
  row.append(no, yes);
  d.append(h, p, row);
  no.addEventListener('click', () => d.close());
  d.addEventListener('close', () => { d.remove(); button.focus(); });
  yes.addEventListener('click', () => { form.dataset.confirmed = '1'; d.close(); form.requestSubmit(button); });
  document.body.append(d);
  d.showModal();
  no.focus();
}

document.addEventListener('click', (ev) => {
  const t = ev.target instanceof Element ? ev.target : null;
  if (!t) return;
  const opener = t.closest('[data-open]');
  if (opener && openDialog(opener.dataset.open)) { ev.preventDefault(); closeMenus(); return; }
  const closer = t.closest('dialog [data-close]');
  if (closer) { ev.preventDefault(); closer.closest('dialog').close(); return; }
  if (t.closest('[data-rail-fold]')) {
    const folded = root.getAttribute('data-rail') !== 'folded';
    if (folded) root.setAttribute('data-rail', 'folded'); else root.removeAttribute('data-rail');
    keep('hn.rail', folded ? 'folded' : null);
    showRail();
    window.dispatchEvent(new Event('resize'));
    return;
  }
  if (t.closest('a[data-rail-open]')) {
    ev.preventDefault();
    root.setAttribute('data-rail-open', '1');
    document.querySelector('.rail a')?.focus();
    return;
  }
  if (root.hasAttribute('data-rail-open') && !t.closest('.rail')) root.removeAttribute('data-rail-open');
  if (t.closest('[data-theme-toggle]')) {
    const dark = root.getAttribute('data-theme') !== 'dark';
    if (dark) root.setAttribute('data-theme', 'dark'); else root.removeAttribute('data-theme');
    keep('hn.theme', dark ? 'dark' : null);
    showTheme();
    document.dispatchEvent(new CustomEvent('hn:theme'));
    return;
  }
  if (!t.closest('[data-menu]')) closeMenus();
});
function closeMenus() {
  for (const m of document.querySelectorAll('[data-menu][open]')) m.open = false;
}

document.addEventListener('submit', (ev) => {
  const form = ev.target;
  const b = ev.submitter;
  const text = b?.dataset.confirm;
  if (text && form.dataset.confirmed !== '1') { ev.preventDefault(); askFirst(form, b, text); return; }
  delete form.dataset.confirmed;
  if (form.method === 'post') {
    dropDraft(form);
    // One click is one act: the button is dead until the answer is there.
    setTimeout(() => { for (const x of form.querySelectorAll('button[type=submit],button:not([type])')) x.disabled = true; }, 0);
    setTimeout(() => { for (const x of form.querySelectorAll('button[disabled]')) x.disabled = false; }, 8000);
  }
});
window.addEventListener('pageshow', () => { for (const x of document.querySelectorAll('form button[disabled]')) x.disabled = false; });

/* ---- keys ---- */
document.addEventListener('keydown', (ev) => {
  if (ev.key === 'Escape') {
    closeMenus();
    root.removeAttribute('data-rail-open');
    return;
  }
  if (ev.ctrlKey || ev.metaKey || ev.altKey || typing(ev.target) || document.querySelector('dialog[open]')) return;
  if (ev.key === '/') {
    const s = document.querySelector('[data-search-key]');
    if (s) { ev.preventDefault(); s.focus(); s.select(); }
  } else if (ev.key === '?') {
    if (openDialog('hn-keys')) ev.preventDefault();
  }
});

/* ---- drafts: what was typed is there after an error, a step back or the session's end ---- */
const draftKey = (form) => `hn.draft:${document.body.dataset.login ?? ''}:${location.pathname}:${form.dataset.draft}`;
function dropDraft(form) {
  if (!form.dataset.draft) return;
  // Kept until the next page has come without this form's errors; then it is old.
  try { sessionStorage.setItem(`${draftKey(form)}:sent`, '1'); } catch { /* not kept */ }
}
function draftFields(form) {
  return [...form.elements].filter((x) => x.name && x.name !== 'csrf' && x.name !== 'version' && !['hidden', 'password', 'file', 'submit', 'button'].includes(x.type));
}
function saveDraft(form) {
  const all = draftFields(form).map((x) => [x.name, ['checkbox', 'radio'].includes(x.type) ? x.value : null, ['checkbox', 'radio'].includes(x.type) ? x.checked : x.value]);
  try { sessionStorage.setItem(draftKey(form), JSON.stringify(all)); sessionStorage.removeItem(`${draftKey(form)}:sent`); } catch { /* not kept */ }
}
function restoreDraft(form) {
  let text = null; let sent = null;
  try { text = sessionStorage.getItem(draftKey(form)); sent = sessionStorage.getItem(`${draftKey(form)}:sent`); } catch { return; }
  const forget = () => { try { sessionStorage.removeItem(draftKey(form)); sessionStorage.removeItem(`${draftKey(form)}:sent`); } catch { /* nothing */ } };
  if (!text) return;
  if (sent || form.querySelector('.has-error')) { if (!form.querySelector('.has-error')) forget(); return; }
  let changed = false;
  for (const [name, option, value] of JSON.parse(text)) {
    for (const x of draftFields(form).filter((y) => y.name === name)) {
      if (option !== null) {
        if (x.value === option && x.checked !== value) { x.checked = value; changed = true; }
      } else if (x.value !== value) { x.value = value; changed = true; }
    }
  }
  if (!changed) return;
  const p = document.createElement('p');
  const b = document.createElement('button');
  p.className = 'draft-note';
  p.setAttribute('role', 'status');
  p.textContent = `${word('draft')} `;
  b.type = 'button'; b.className = 'link-button'; b.textContent = word('draftDrop');
  b.addEventListener('click', () => { form.reset(); forget(); p.remove(); });
  p.append(b);
  form.prepend(p);
}

/* ---- long choices: a box above narrows them ---- */
function searchable(select) {
  const box = document.createElement('input');
  const all = [...select.options].map((o) => ({ node: o, text: o.textContent.normalize('NFKC').toLowerCase() }));
  if (all.length < 12) return;
  box.type = 'search';
  box.className = 'input select-filter';
  box.placeholder = select.dataset.search;
  box.setAttribute('aria-label', `${select.labels?.[0]?.firstChild?.textContent ?? ''} ${select.dataset.search}`);
  box.autocomplete = 'off';
  box.addEventListener('input', () => {
    const q = box.value.normalize('NFKC').toLowerCase().trim();
    const chosen = select.value;
    const hits = all.filter((o) => !q || o.text.includes(q) || o.node.value === '' || (select.multiple && o.node.selected));
    select.replaceChildren(...hits.map((o) => o.node));
    if (select.multiple) return;
    if (hits.some((o) => o.node.value === chosen && chosen !== '')) select.value = chosen;
    else if (q) { const first = hits.find((o) => o.node.value !== ''); if (first) select.value = first.node.value; }
  });
  box.addEventListener('keydown', (ev) => { if (ev.key === 'Enter') { ev.preventDefault(); select.focus(); } });
  select.before(box);
}

/* ---- clocks ---- */
const hm = new Intl.DateTimeFormat('ja-JP', { timeZone: 'Asia/Tokyo', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit' });
function tick() {
  const now = serverNow();
  for (const c of document.querySelectorAll('[data-clock]')) {
    const text = hm.format(now);
    if (c.textContent !== text) c.textContent = text;
  }
  for (const t of document.querySelectorAll('time[data-ago]')) {
    const old = now - Date.parse(t.dateTime);
    const text = old < 60000 ? word('just') : word('ago', span(old));
    if (t.textContent !== text) t.textContent = text;
  }
}

showTheme();
showRail();
for (const s of document.querySelectorAll('select[data-search]')) searchable(s);
for (const f of document.querySelectorAll('form[data-draft]')) {
  restoreDraft(f);
  f.addEventListener('input', () => saveDraft(f));
}
for (const f of document.querySelectorAll('form[data-autosubmit]'))
  f.addEventListener('change', (ev) => { if (ev.target instanceof HTMLSelectElement) f.requestSubmit(); });
// An empty choice is no condition: it does not stand in the address.
document.addEventListener('submit', (ev) => {
  const f = ev.target;
  if (f.method === 'get')
    for (const x of f.elements) if (x.name && x.value === '') x.disabled = true;
  setTimeout(() => { for (const x of f.elements) if (f.method === 'get') x.disabled = false; }, 500);
});
document.querySelector('[data-focus]')?.focus();
tick();
setInterval(tick, 1000);
