// SPDX-License-Identifier: Apache-2.0
// lib.mjs — what the browser tests share: one Chromium, people who sign in with password and TOTP, and
// the checks that every page must pass: no console error, no request to another origin, no axe
// violation, no English label, nothing wider than the window. Screenshots go to build/shots/.
//
//   const t = await open({ base: 'http://127.0.0.1:8080' });
//   const noc = await t.person({ login: 'noc', password: '…', secret: 'BASE32' });
//   await noc.go('/board');
//   const wrong = await noc.check('board');   // [] when all is well
//   await t.close();
import { createHmac } from 'node:crypto';
import { readFileSync, mkdirSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const SHOTS = process.env.HN_SHOTS ?? join(here, '../../build/shots');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const axeJa = JSON.parse(readFileSync(require.resolve('axe-core/locales/ja.json'), 'utf8'));

/* ---- TOTP (RFC 6238, SHA-1, 6 digits, 30 s) ---- */
export function base32(text) {
  const bits = [...text.replace(/[\s=]/g, '').toUpperCase()].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
}
export function totp(secret, at = Date.now()) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const mac = createHmac('sha1', base32(secret)).update(counter).digest();
  const o = mac[19] & 15;
  return String((mac.readUInt32BE(o) & 0x7fffffff) % 1000000).padStart(6, '0');
}

/* ---- what may stand in Latin letters on a Japanese screen ---- */
// Names of techniques and products, units, codes of ours, what people typed. A word of the interface
// that is not here is a label without translation.
const ALLOWED = new Set(`hinomi API APIトークン SLA SLO NOC SOC CSIRT ICMP SNMP HTTP HTTPS TCP UDP DNS TLS URL IP IPv IPv4 IPv6 ID JSON CSV Excel PDF HTML
 LAN WAN LGWAN VPN PC OS CPU UPS QR TOTP MAC OID MIB RTT CAL ITIL CI FAQ INC REQ INQ PRB CHG REL TSK RSL JST
 WEB DMZ RTO RPO SBOM SPDX CycloneDX
 ms s min h d bit bps Mbps Gbps Mb Gb kB MB GB TB Hz rpm V A W M G T k C SHA PNG JPEG ZIP syslog Web NFKC KiB MiB CC GW DMZ WEB api local sample Enter Esc j k x`.split(/\s+/));
// Codes: S02, G01, INC-000123, s02-rt1, 10.44.2.1, ifHCInOctets.3, report numbers, versions.
const CODE = /^(?=.*[\d_.:@/-])[A-Za-z0-9_.:@/%+#=&?~-]+$/;

/* ---- the browser ---- */
export async function open({ base, headless = true } = {}) {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  const args = ['--lang=ja', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  const browser = await chromium.launch({ executablePath, headless, args, env: { ...process.env, LANGUAGE: 'ja', LANG: 'ja_JP.UTF-8' } });
  return {
    browser, base,
    person: (who = {}) => person(browser, base, who),
    close: () => browser.close(),
  };
}

async function person(browser, base, { login, password, secret, size = [1366, 768], theme, javaScript = true } = {}) {
  const context = await browser.newContext({
    baseURL: base, viewport: { width: size[0], height: size[1] }, locale: 'ja-JP', timezoneId: 'Asia/Tokyo',
    javaScriptEnabled: javaScript, reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const log = { console: [], foreign: [], failed: [] };
  const own = new URL(base).origin;
  page.on('console', (m) => { if (m.type() === 'error') log.console.push(`${m.text()} ${m.location().url ?? ''}`); });
  page.on('pageerror', (e) => log.console.push(e.message));
  context.on('request', (r) => { const u = new URL(r.url()); if (/^https?:$/.test(u.protocol) && u.origin !== own) log.foreign.push(r.url()); });
  page.on('response', (r) => { if (r.status() >= 500) log.failed.push(`${r.status()} ${r.url()}`); });
  if (theme) await context.addInitScript((t) => localStorage.setItem('hn.theme', t), theme);
  const me = {
    page, context, log,
    // The status of the page itself.
    async go(path) {
      const r = await page.goto(path, { waitUntil: 'load' });
      return r?.status() ?? 0;
    },
    // A code counts once: where the same person has just signed in, the next code is waited for.
    async signIn(again = true) {
      await me.go('/login');
      await page.fill('[name=login]', login);
      await page.fill('[name=password]', password);
      await page.fill('[name=code]', totp(secret));
      await Promise.all([page.waitForLoadState('load'), page.click('main button[type=submit], main button.btn-primary')]);
      if (again && new URL(page.url()).pathname === '/login') {
        await new Promise((go) => setTimeout(go, 30500 - (Date.now() % 30000)));
        log.console.length = 0; // the refused code was noted there
        return me.signIn(false);
      }
      await page.waitForURL((u) => u.pathname !== '/login', { timeout: 20000 });
    },
    async shot(name, { full = false } = {}) {
      mkdirSync(SHOTS, { recursive: true });
      const file = join(SHOTS, `${name}.png`);
      await page.screenshot({ path: file, fullPage: full });
      return file;
    },
    resize: (w, h) => page.setViewportSize({ width: w, height: h }),
    axe: () => axe(page),
    english: (allow = []) => english(page, allow),
    async check(name, { allow = [], axe: withAxe = true, width = true } = {}) {
      const wrong = [];
      for (const [what, list] of Object.entries(log)) for (const x of list.splice(0)) wrong.push(`${what}: ${x}`);
      if (withAxe) for (const v of await axe(page)) wrong.push(`axe ${v}`);
      for (const w of await english(page, allow)) wrong.push(`english label: ${w}`);
      if (width) {
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (over > 0) wrong.push(`wider than the window by ${over} px`);
      }
      return wrong.map((w) => `${name}: ${w}`);
    },
    // Every address of this site that the page links to.
    links: () => page.evaluate((o) => [...new Set([...document.querySelectorAll('a[href]')].map((a) => new URL(a.href)).filter((u) => u.origin === o).map((u) => u.pathname + u.search))], own),
    close: () => context.close(),
  };
  if (login) await me.signIn();
  return me;
}

/* axe, WCAG 2.0/2.1 A and AA and its best practices; injected by evaluate, not as a script tag (the
 * content policy refuses those). One line a violation and element. */
async function axe(page) {
  await page.evaluate(axeSource);
  const r = await page.evaluate(async (locale) => {
    window.axe.configure({ locale });
    return window.axe.run(document, { resultTypes: ['violations'] });
  }, axeJa);
  return r.violations.flatMap((v) => v.nodes.slice(0, 5).map((n) => `${v.id}: ${v.help} ${n.target.join(' ')} ${(n.any[0] ?? n.all[0] ?? n.none[0])?.message ?? ''}`));
}

/* Words in Latin letters that are visible, or spoken (aria-label, title, alt, placeholder), and are not
 * known. [data-raw], code, pre, kbd and form values are what people or devices wrote. */
async function english(page, allow) {
  const texts = await page.evaluate(() => {
    const out = [];
    const skip = 'code,pre,kbd,script,style,textarea,noscript,[data-raw],svg:not([aria-label])';
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const p = walk.currentNode.parentElement;
      if (p.closest(skip) || p.closest('option[value]') && p.closest('select').hasAttribute('data-search') || !walk.currentNode.nodeValue.trim()) continue;
      if (p.closest('[hidden],dialog:not([open])')) continue;
      out.push(walk.currentNode.nodeValue);
    }
    for (const e of document.querySelectorAll('[aria-label],[title],[alt],[placeholder]'))
      if (!e.closest('[data-raw]')) for (const k of ['aria-label', 'title', 'alt', 'placeholder']) if (e.getAttribute(k)) out.push(e.getAttribute(k));
    const words = document.getElementById('hn-words');
    if (words) for (const v of Object.values(words.dataset)) out.push(v.replace('%s', ''));
    if (!document.querySelector('h1[data-raw]')) out.push(document.title);
    return out;
  });
  const known = new Set([...ALLOWED, ...allow]);
  const bad = new Set();
  for (const t of texts)
    for (const w of t.split(/[^A-Za-z0-9_.:@/%+#=&?~'-]+/)) {
      const word = w.replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
      if (/[A-Za-z]{2}/.test(word) && !known.has(word) && !CODE.test(word)) bad.add(word);
    }
  return [...bad];
}
