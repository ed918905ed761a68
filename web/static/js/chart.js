// SPDX-License-Identifier: Apache-2.0
// chart.js — draws <figure data-chart> (macro ui.chart) with uPlot from /api/v1/series/ID/samples:
// gaps stay gaps and are hatched as not monitored, thresholds are labelled lines, planned stops and
// exclusions are bands, at most five series are labelled at their end, and a button shows the table.

import { word } from './shared.js';

const POINTS = 720;
const jst = (opts) => new Intl.DateTimeFormat('ja-JP', { timeZone: 'Asia/Tokyo', ...opts });
const dayTime = jst({ month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit' });
const clock = jst({ hour: '2-digit', minute: '2-digit' });
const day = jst({ month: 'numeric', day: 'numeric' });
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function short(v) {
  if (v === null || v === undefined || Number.isNaN(v)) return '—';
  const a = Math.abs(v);
  for (const [f, s] of [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e4, 'k']])
    if (a >= f) return `${(v / (s === 'k' ? 1e3 : f)).toLocaleString('ja-JP', { maximumFractionDigits: 1 })}${s}`;
  return v.toLocaleString('ja-JP', { maximumFractionDigits: a < 10 ? 2 : (a < 100 ? 1 : 0) });
}
const seconds = (iso) => Date.parse(iso) / 1000;

async function fetchSeries(id, from, to, step) {
  const u = `/api/v1/series/${encodeURIComponent(id)}/samples?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}&step=${step}`;
  const r = await fetch(u, { credentials: 'same-origin', headers: { Accept: 'application/json' } });
  if (!r.ok) throw new Error(String(r.status));
  const body = await r.json();
  return (body.samples ?? body.items ?? body).map((s) => ({ t: typeof s[0] === 'number' ? s[0] : seconds(s[0]), min: s[1], avg: s.length > 2 ? s[2] : s[1], max: s.length > 3 ? s[3] : s[1] }));
}

function stepOf(from, to) {
  const raw = (seconds(to) - seconds(from)) / POINTS;
  for (const s of [20, 60, 300, 600, 900, 1800, 3600, 10800, 21600, 86400]) if (s >= raw) return s;
  return 86400;
}

// All series on one time axis; a hole of more than 2.5 usual distances is a gap of its own.
function align(all) {
  const times = [...new Set(all.flatMap((s) => s.map((p) => p.t)))].sort((a, b) => a - b);
  const steps = times.slice(1).map((t, i) => t - times[i]).sort((a, b) => a - b);
  const usual = steps.length ? steps[Math.floor(steps.length / 2)] : 0;
  const gaps = [];
  const axis = [];
  times.forEach((t, i) => {
    if (i > 0 && usual && t - times[i - 1] > 2.5 * usual) { gaps.push([times[i - 1] + usual, t]); axis.push(times[i - 1] + usual); }
    axis.push(t);
  });
  const at = new Map(axis.map((t, i) => [t, i]));
  const columns = all.map((s) => { const c = new Array(axis.length).fill(null); for (const p of s) c[at.get(p.t)] = p.avg; return c; });
  return { axis, columns, gaps };
}

function hatch(ctx, x, y, w, h, colour) {
  ctx.save();
  ctx.beginPath(); ctx.rect(x, y, w, h); ctx.clip();
  ctx.strokeStyle = colour; ctx.globalAlpha = 0.45; ctx.lineWidth = devicePixelRatio;
  for (let i = x - h; i < x + w; i += 8 * devicePixelRatio) { ctx.beginPath(); ctx.moveTo(i, y + h); ctx.lineTo(i + h, y); ctx.stroke(); }
  ctx.restore();
}

function layers(fig, gaps, labels) {
  const bands = [...fig.querySelectorAll('[data-band]')].map((b) => ({ from: seconds(b.dataset.from), to: seconds(b.dataset.to), kind: b.dataset.kind, label: b.dataset.label }));
  const lines = [...fig.querySelectorAll('[data-threshold]')].map((t) => ({ value: Number(t.dataset.threshold), kind: t.dataset.kind, label: t.dataset.label }));
  return {
    lines,
    hooks: {
      drawClear: [(u) => {
        const { left, top, width, height } = u.bbox;
        const ctx = u.ctx;
        const clampX = (t) => Math.min(Math.max(u.valToPos(t, 'x', true), left), left + width);
        ctx.save();
        for (const b of bands) {
          const x0 = clampX(b.from); const x1 = clampX(b.to);
          if (x1 <= x0) continue;
          ctx.fillStyle = css(b.kind === 'outage' ? '--critical-bg' : '--maintenance-bg');
          ctx.fillRect(x0, top, x1 - x0, height);
          ctx.fillStyle = css(b.kind === 'outage' ? '--critical' : '--maintenance');
          ctx.font = `${11 * devicePixelRatio}px ${css('--font')}`;
          ctx.textAlign = 'left'; ctx.textBaseline = 'top';
          if (x1 - x0 > 24 * devicePixelRatio) ctx.fillText(b.label, x0 + 4 * devicePixelRatio, top + 3 * devicePixelRatio, x1 - x0);
          ctx.fillRect(x0, top, Math.max(x1 - x0, devicePixelRatio), 2 * devicePixelRatio);
        }
        for (const [a, b] of gaps.filter(([from, to]) => !bands.some((x) => x.kind === 'outage' && x.from < to && x.to > from))) { const x0 = clampX(a); const x1 = clampX(b); if (x1 > x0) hatch(ctx, x0, top, x1 - x0, height, css('--unknown')); }
        ctx.restore();
      }],
      draw: [(u) => {
        const { left, top, width, height } = u.bbox;
        const ctx = u.ctx;
        ctx.save();
        ctx.font = `${11 * devicePixelRatio}px ${css('--font')}`;
        for (const l of lines) {
          const y = u.valToPos(l.value, 'y', true);
          if (y < top || y > top + height) continue;
          ctx.strokeStyle = ctx.fillStyle = css(l.kind === 'critical' ? '--critical' : (l.kind === 'target' ? '--ok' : '--warning'));
          ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]); ctx.lineWidth = 1.5 * devicePixelRatio;
          ctx.beginPath(); ctx.moveTo(left, y); ctx.lineTo(left + width, y); ctx.stroke();
          ctx.textAlign = 'left'; ctx.textBaseline = 'bottom';
          ctx.fillText(`${l.label} ${short(l.value)}`, left + 4 * devicePixelRatio, y - 2 * devicePixelRatio);
        }
        ctx.setLineDash([]);
        // The name stands at the line's end; names that would touch move apart.
        const ends = labels.map((text, i) => {
          const c = u.data[i + 1];
          let k = c.length - 1;
          while (k >= 0 && c[k] === null) k--;
          return k < 0 ? null : { text, y: u.valToPos(c[k], 'y', true), colour: css(`--chart-${i + 1}`) };
        }).filter(Boolean).sort((a, b) => a.y - b.y);
        let floor = top;
        ctx.textAlign = 'left'; ctx.textBaseline = 'middle';
        for (const e of ends) {
          const y = Math.max(e.y, floor);
          floor = y + 13 * devicePixelRatio;
          ctx.fillStyle = e.colour;
          ctx.fillText(e.text, left + width + 6 * devicePixelRatio, y, 96 * devicePixelRatio);
        }
        ctx.restore();
      }],
    },
  };
}

function tableOf(fig, list, all) {
  const box = fig.querySelector('.chart-table');
  const t = document.createElement('table');
  const head = t.createTHead().insertRow();
  const body = t.createTBody();
  const many = all.length > 1;
  const th = (text, num) => { const c = document.createElement('th'); c.scope = 'col'; c.textContent = text; if (num) c.className = 'num'; head.append(c); };
  t.className = 'grid';
  const caption = t.createCaption();
  caption.className = 'visually-hidden';
  caption.textContent = fig.querySelector('h3').textContent.trim();
  th(word('time'));
  if (many) for (const s of list) th(s.label, true);
  else for (const k of ['min', 'avg', 'max']) th(word(k), true);
  const times = [...new Set(all.flatMap((s) => s.map((p) => p.t)))].sort((a, b) => b - a).slice(0, 1000);
  const maps = all.map((s) => new Map(s.map((p) => [p.t, p])));
  for (const x of times) {
    const r = body.insertRow();
    const h = document.createElement('th');
    h.scope = 'row'; h.textContent = dayTime.format(x * 1000);
    r.append(h);
    const cells = many ? maps.map((m) => m.get(x)?.avg) : [maps[0].get(x)?.min, maps[0].get(x)?.avg, maps[0].get(x)?.max];
    for (const v of cells) { const c = r.insertCell(); c.className = 'num'; c.textContent = v === undefined ? '—' : short(v); }
  }
  const wrap = document.createElement('div');
  wrap.className = 'table-wrap'; wrap.tabIndex = 0;
  wrap.setAttribute('role', 'group'); wrap.setAttribute('aria-label', caption.textContent);
  wrap.append(t);
  box.replaceChildren(wrap);
}

function say(fig, text) {
  const p = document.createElement('p');
  p.className = 'chart-wait sub small';
  p.textContent = text;
  fig.querySelector('.chart-plot').replaceChildren(p);
}

async function draw(fig) {
  const plot = fig.querySelector('.chart-plot');
  const list = [...fig.querySelectorAll('[data-series]')].slice(0, 5).map((s) => ({ id: s.dataset.series, label: s.dataset.label }));
  const { from, to } = fig.dataset;
  let all;
  try {
    all = await Promise.all(list.map((s) => fetchSeries(s.id, from, to, stepOf(from, to))));
  } catch { say(fig, word('failed')); return; }
  if (all.every((s) => s.length === 0)) { say(fig, word('nodata')); return; }
  tableOf(fig, list, all);
  const { axis, columns, gaps } = align(all);
  const labels = list.length > 1 ? list.map((s) => s.label) : [];
  const { lines, hooks } = layers(fig, gaps, labels);
  const zero = fig.hasAttribute('data-zero');
  const long = seconds(to) - seconds(from) > 2.5 * 86400;
  const axisStyle = () => ({ stroke: css('--text-sub'), grid: { stroke: css('--line-soft'), width: 1 }, ticks: { stroke: css('--line'), width: 1, size: 4 }, font: `12px ${css('--font')}` });
  const opts = {
    width: plot.clientWidth, height: Number(fig.dataset.height ?? 220), legend: { show: false }, cursor: { drag: { x: false, y: false }, points: { size: 7 } },
    padding: [12, labels.length ? 104 : 16, 0, 0],
    scales: {
      x: { time: true, range: () => [seconds(from), seconds(to)] },
      y: { range: (u, lo, hi) => {
        let a = zero ? Math.min(0, lo ?? 0) : lo ?? 0; let b = hi ?? 1;
        for (const l of lines) if (l.value < (b || 1) * 3) b = Math.max(b, l.value);
        if (b === a) b = a + 1;
        if (!zero) a -= (b - a) * 0.08;
        return [a, b + (b - a) * 0.08];
      } },
    },
    axes: [
      { ...axisStyle(), values: (u, v) => v.map((t) => (long ? day : clock).format(t * 1000)), space: 72, size: 30 },
      { ...axisStyle(), values: (u, v) => v.map(short), size: 56 },
    ],
    series: [{}, ...list.map((s, i) => ({ label: s.label, stroke: () => css(`--chart-${i + 1}`), width: 1.5, spanGaps: false, points: { show: axis.length < 3 } }))],
    hooks: { ...hooks, setCursor: [(u) => {
      const tip = fig.querySelector('.chart-tip');
      const k = u.cursor.idx;
      if (k === null || k === undefined || u.cursor.left < 0) { tip.hidden = true; return; }
      tip.hidden = false;
      tip.textContent = `${dayTime.format(u.data[0][k] * 1000)}  ${list.map((s, i) => `${labels.length ? `${s.label} ` : ''}${short(u.data[i + 1][k])}`).join(' / ')} ${fig.dataset.unit}`;
    }] },
  };
  const tip = document.createElement('p');
  tip.className = 'chart-tip small'; tip.hidden = true; tip.setAttribute('aria-hidden', 'true');
  plot.replaceChildren();
  fig.querySelector('.chart-tip')?.remove();
  plot.before(tip);
  fig.plot?.destroy();
  fig.plot = new window.uPlot(opts, [axis, ...columns], plot);
}

document.addEventListener('click', (ev) => {
  const b = ev.target instanceof Element ? ev.target.closest('[data-chart-table]') : null;
  if (!b) return;
  const fig = b.closest('[data-chart]');
  const box = fig.querySelector('.chart-table');
  box.hidden = !box.hidden;
  b.setAttribute('aria-expanded', String(!box.hidden));
  b.lastChild.textContent = word(box.hidden ? 'table' : 'chart');
});
document.addEventListener('hn:theme', () => { for (const f of document.querySelectorAll('[data-chart]')) draw(f); });
let wait = null;
window.addEventListener('resize', () => {
  clearTimeout(wait);
  wait = setTimeout(() => { for (const f of document.querySelectorAll('[data-chart]')) f.plot?.setSize({ width: f.querySelector('.chart-plot').clientWidth, height: f.plot.height }); }, 150);
});
// Only what is near the screen is fetched.
const seen = new IntersectionObserver((all) => { for (const x of all) if (x.isIntersecting) { seen.unobserve(x.target); draw(x.target); } }, { rootMargin: '300px' });
for (const f of document.querySelectorAll('[data-chart]')) seen.observe(f);
