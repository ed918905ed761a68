// SPDX-License-Identifier: Apache-2.0
// manual.mjs — the manual in the program, and its screenshots: each `![…](name.png)` of docs/manual is taken here
// from the running program into build/static/manual, so that what the manual shows is what there is.
import { appendFileSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { open } from './lib.mjs';

const top = join(dirname(fileURLToPath(import.meta.url)), '../..');
const people = JSON.parse(process.env.HN_PEOPLE);
const seen = JSON.parse(process.env.HN_SEEN);
const SHOTS = {
  home: ['noc', '/'], board: ['noc', '/board'], hosts: ['noc', '/hosts'],
  tickets: ['helpdesk', '/tickets'], ticket: ['helpdesk', `/tickets/${seen.ticket}`],
  sla: ['governance', '/sla?month=2026-09'], 'sla-figure': ['governance', `/sla/${seen.sla}?month=2026-09&figure=downtime_s`],
  reports: ['governance', '/reports'], report: ['governance', `/reports/${seen.report}`],
};
const folder = join(top, 'docs/manual');
const wanted = new Set(readdirSync(folder).flatMap((f) => [...readFileSync(join(folder, f), 'utf8').matchAll(/^!\[[^\]]+\]\(([a-z0-9-]+)\.png\)$/gm)].map((m) => m[1])));
const t = await open({ base: process.env.HN_BASE });
let passed = 0;
let failed = 0;

async function test(name, fn) {
  try {
    const wrong = (await fn()) ?? [];
    if (wrong.length) throw new Error(wrong.join('\n      '));
    passed++;
    console.log(`ok    browser: ${name}`);
  } catch (e) {
    failed++;
    console.log(`FAIL  browser: ${name}\n      ${e.message}`);
  }
}

await test('the manual is found, searched and read', async () => {
  const me = await t.person(people.staff);
  const wrong = [];
  await me.go('/');
  await me.page.click('nav a[href="/manual"]');
  await me.page.waitForURL('**/manual');
  wrong.push(...(await me.check('contents')));
  const chapters = (await me.links()).filter((l) => /^\/manual\/[a-z]+$/.test(l));
  if (chapters.length < 8) wrong.push(`only ${chapters.length} chapters`);
  await me.page.fill('main [name=q]', '適用除外　承認');
  await me.page.press('main [name=q]', 'Enter');
  await me.page.waitForURL('**/manual?q=**');
  const hits = await me.page.$$('main ul.lines a');
  if (hits.length < 2) wrong.push('the search finds too little');
  await hits[0].click();
  await me.page.waitForURL('**/manual/**#s**');
  for (const c of new Set(chapters)) {
    if ((await me.go(c)) !== 200) wrong.push(`${c} does not answer`);
    wrong.push(...(await me.check(c)));
    await me.shot(`manual${c.replace(/\W+/g, '-')}`);
  }
  await me.resize(360, 740);
  wrong.push(...(await me.check('360 px', { axe: false })));
  await me.go('/manual?q=zzzzz');
  if (!/一致するものはありません/.test(await me.page.textContent('main'))) wrong.push('nothing found is not said');
  wrong.push(...(await me.check('nothing found', { allow: ['zzzzz'] })));
  await me.close();
  return wrong;
});

// Last: the server knows the static files of its start, and does not serve what is made here.
await test('the screenshots of the manual are of today', async () => {
  const wrong = [...wanted].filter((n) => !SHOTS[n]).map((n) => `nobody takes ${n}.png`);
  wrong.push(...Object.keys(SHOTS).filter((n) => !wanted.has(n)).map((n) => `${n}.png is shown nowhere`));
  mkdirSync(join(top, 'build/static/manual'), { recursive: true });
  for (const role of new Set(Object.values(SHOTS).map(([r]) => r))) {
    const me = await t.person(people[role]);
    for (const [name, [who, path]] of Object.entries(SHOTS)) {
      if (who !== role) continue;
      if ((await me.go(path)) !== 200) wrong.push(`${path} does not answer`);
      await me.page.waitForTimeout(300);
      await me.page.screenshot({ path: join(top, `build/static/manual/${name}.png`) });
    }
    await me.close();
  }
  return wrong;
});

await t.close();
if (process.env.HN_COUNTS) appendFileSync(process.env.HN_COUNTS, `browser-manual ${passed} ${failed} 0\n`);
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed ? 1 : 0);
