// SPDX-License-Identifier: Apache-2.0
// wall.js — the wall display: always dark, full screen where the browser lets us, the age of the data
// in its own head, no pointer, and the screen kept awake.
if (document.body.classList.contains('wall')) {
  const root = document.documentElement;
  root.setAttribute('data-theme', 'dark');
  const copy = document.querySelector('[data-age-copy]');
  const age = document.querySelector('[data-age]');
  if (copy && age) {
    const show = () => { copy.textContent = age.textContent; copy.dataset.stale = age.dataset.stale ?? '0'; };
    new MutationObserver(show).observe(age, { childList: true, characterData: true, subtree: true, attributes: true });
    show();
  }
  document.addEventListener('keydown', (ev) => {
    if (ev.key === 'Escape' && !document.fullscreenElement) location.href = '/board';
    if (ev.key === 'f' && !document.fullscreenElement) root.requestFullscreen?.().catch(() => {});
  });
  // Nothing scrolls: what has no room is counted, the most pressing stand first.
  const fit = () => {
    const list = document.querySelector('.causes');
    const more = document.querySelector('[data-wall-more]');
    if (!list) return;
    const end = list.getBoundingClientRect().bottom + 1;
    let over = 0;
    for (const li of list.children) {
      const out = li.getBoundingClientRect().bottom > end;
      li.classList.toggle('is-over', out);
      over += out;
    }
    if (!more) return;
    over += Number(more.dataset.wallMore);
    more.hidden = over === 0;
    more.textContent = more.dataset.text.replace('%s', over);
  };
  fit();
  document.addEventListener('hn:refreshed', fit);
  window.addEventListener('resize', fit);
  document.fonts?.ready.then(fit);
  const awake = async () => { try { await navigator.wakeLock?.request('screen'); } catch { /* the screen saver decides */ } };
  awake();
  document.addEventListener('visibilitychange', () => { if (!document.hidden) awake(); });
}
