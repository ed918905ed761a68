// SPDX-License-Identifier: Apache-2.0
// early.js — runs before the first paint: what the person chose for this browser.
(function () {
  var d = document.documentElement;
  function kept(k) { try { return localStorage.getItem(k); } catch (e) { return null; } }
  d.setAttribute('data-js', '1');
  if (kept('hn.theme') === 'dark') d.setAttribute('data-theme', 'dark');
  if (kept('hn.rail') === 'folded') d.setAttribute('data-rail', 'folded');
  if (kept('hn.dense') === '1') d.setAttribute('data-dense', '1');
})();
