// SPDX-License-Identifier: Apache-2.0
// walk.mjs — every page that a role can reach by links, once a kind: status, console, foreign requests, axe,
// English labels, width; screenshots at 1366×768 and 1920×1080. Then the main flows by hand and keyboard.
import { appendFileSync } from 'node:fs';
import { open } from './lib.mjs';

const base = process.env.HN_BASE;
const people = JSON.parse(process.env.HN_PEOPLE);
const seen = JSON.parse(process.env.HN_SEEN);
const only = process.argv[2];
const MOST = Number(process.env.HN_PAGES ?? 45); // pages a role
let passed = 0;
let failed = 0;

async function test(name, fn) {
  if (only && !name.includes(only)) return;
  const from = Date.now();
  try {
    const wrong = (await fn()) ?? [];
    if (wrong.length) throw new Error(wrong.join('\n      '));
    passed++;
    console.log(`ok    browser: ${name} (${((Date.now() - from) / 1000).toFixed(1)} s)`);
  } catch (e) {
    failed++;
    console.log(`FAIL  browser: ${name}\n      ${e.message.split('\n').slice(0, 40).join('\n')}`);
  }
}

const kindOf = (path) => path.split('?')[0].replace(/\/\d+(?=\/|$)/g, '/N').replace(/\d{4}-\d{2}/g, 'M');
// Not pages: files, streams, the end of the session; and forms of one ticket's journal need no visit each.
const skipped = /^\/(api|static|logout|live)|\.(csv|xlsx|json|pdf|html|svg)(\?|$)/;

// What the test itself put there: logins, results whose text is their state, a hostile title, this browser's name.
const DATA = ['admin', 'noc', 'helpdesk', 'governance', 'cli', 'ok', 'critical', 'script', 'alert', 'DROP', 'TABLE', 'Linux', 'KHTML', 'like', 'Gecko'];

const t = await open({ base });
const walked = new Set();

async function walk(role, start) {
  const me = await t.person(people[role]);
  const wrong = [];
  const queue = [...start];
  const done = new Set();
  while (queue.length && done.size < MOST) {
    const path = queue.shift();
    const kind = kindOf(path);
    if (done.has(kind) || skipped.test(path)) continue;
    done.add(kind);
    const status = await me.go(path);
    if (status !== 200) wrong.push(`${path}: status ${status}`);
    const name = `${role}${kind.replace(/[^A-Za-z0-9]+/g, '-')}`;
    // What one role's walk has looked at closely, another's need not.
    const first = !walked.has(kind);
    walked.add(kind);
    // The rule of a service is written in JSON: its keys stand in the help text.
    const allow = kind.startsWith('/services/') ? [...DATA, 'check', 'all', 'any', 'of'] : DATA;
    wrong.push(...(await me.check(`${role} ${path}`, { axe: first, allow })));
    if (first) {
      await me.shot(name);
      await me.resize(1920, 1080);
      await me.shot(`${name}-1920`);
      await me.resize(1366, 768);
    }
    for (const l of await me.links()) if (!done.has(kindOf(l))) queue.push(l);
  }
  await me.close();
  console.log(`      ${role}: ${done.size} kinds of page: ${[...done].join(' ')}`);
  return wrong;
}

await test('sign-in says what is wrong and keeps the name', async () => {
  const me = await t.person();
  await me.go('/login');
  await me.page.fill('[name=login]', people.noc.login);
  await me.page.fill('[name=password]', 'wrong password 123');
  await me.page.fill('[name=code]', '000000');
  await me.page.keyboard.press('Enter');
  await me.page.waitForLoadState('load');
  const text = await me.page.textContent('main');
  const kept = await me.page.inputValue('[name=login]');
  me.log.console.length = 0; // the refused sign-in itself is a 4xx that the console notes
  const wrong = await me.check('login refused');
  if (kept !== people.noc.login) wrong.push('the login name is gone');
  if (!/正しくありません|違います|できません/.test(text)) wrong.push('no message in words');
  await me.close();
  return wrong;
});

const starts = {
  admin: ['/', '/users', '/audit', '/board', '/hosts', '/events'],
  noc: ['/', '/board', '/hosts', '/events', `/checks/${seen.check}`, '/incidents', '/maintenances', '/sla'],
  helpdesk: ['/', '/incidents', `/tickets/${seen.ticket}`],
  governance: ['/', '/sla', `/sla/${seen.sla}?month=2026-09&figure=downtime_s`, '/reports', `/reports/${seen.report}`, '/calendars'],
  ward_it: ['/', `/exclusions/${seen.exclusion}`, '/exclusions', `/maintenances/${seen.maintenance}`, `/sla/${seen.sla}?month=2026-09`],
  staff: ['/'],
  auditor: ['/'],
};
for (const [role, start] of Object.entries(starts)) await test(`every page of ${role}`, () => walk(role, start));

await test('text from outside is shown, not run', async () => {
  const me = await t.person(people.helpdesk);
  await me.go(`/tickets/${seen.ticket}`);
  const text = await me.page.textContent('main');
  const wrong = await me.check('hostile ticket', { allow: DATA });
  if (!text.includes('<script>alert(1)</script>') || !text.includes('髙﨑𠮷')) wrong.push('the title is not shown as it was typed');
  await me.close();
  return wrong;
});

await test('without JavaScript the board and the list can be read', async () => {
  const who = await t.person(people.noc);
  const state = await who.context.storageState();
  await who.close();
  const bare = await t.person({ javaScript: false });
  await bare.context.addCookies(state.cookies);
  const wrong = [];
  for (const p of ['/board', '/tickets']) {
    if ((await bare.go(p)) !== 200) wrong.push(`${p} does not answer`);
    if (!(await bare.page.textContent('main'))?.trim()) wrong.push(`${p} is empty`);
  }
  await bare.close();
  return wrong;
});

await test('at 360 px an incident can be read without sideways scrolling', async () => {
  const me = await t.person({ ...people.noc, size: [360, 740] });
  await me.go(`/tickets/${seen.ticket}`);
  const wrong = await me.check('360 px', { axe: false, allow: DATA });
  await me.shot('narrow-incident');
  await me.close();
  return wrong;
});

await t.close();
if (process.env.HN_COUNTS) appendFileSync(process.env.HN_COUNTS, `browser ${passed} ${failed} 0\n`);
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed ? 1 : 0);
