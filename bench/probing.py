# SPDX-License-Identifier: Apache-2.0
"""Probes end to end: agents are polled and addresses pinged, what they say is evaluated and stored durably."""
import contextlib
import json
import signal
import subprocess
import time

from lib import AGENTS, Meter, harness, line, median, note, number, part, sql

OIDS = 50
SECONDS = 5


@contextlib.contextmanager
def probing(inst, name, hosts, kind, params, thresholds, snmp, interval=1):
    """A probe with so many hosts of one check each, while the context lasts; all have answered once and again."""
    sql(inst, f"""
        WITH h AS (INSERT INTO watch.host (name, address, class, probe, snmp, created_at)
            SELECT '{name}-' || i, '127.20.' || i / 250 || '.' || i % 250 + 1, 'switch', '{name}',
                   '{json.dumps(snmp)}', now() FROM generate_series(1, {hosts}) i RETURNING id)
        INSERT INTO watch.checks (host_id, name, kind, interval_s, retry_interval_s, timeout_s, params, thresholds,
                                  created_at)
            SELECT id, 'check', '{kind}', {interval}, {interval}, 5, '{json.dumps(params)}',
                   '{json.dumps(thresholds)}', now() FROM h""")
    probe = inst.spawn("probe", "--name", name)
    try:
        inst.wait("all have answered", lambda: number(inst, f"""
            SELECT count(*) FROM watch.check_state s JOIN watch.checks c ON c.id = s.check_id
            JOIN watch.host h ON h.id = c.host_id WHERE h.probe = '{name}' AND s.last_ok_at IS NOT NULL""") >= hosts, 180)
        time.sleep(2 * interval + 2)
        yield
    finally:
        probe.send_signal(signal.SIGTERM)
        probe.wait(timeout=60)
        inst.procs.remove(probe)
        sql(inst, f"UPDATE watch.host SET enabled = false WHERE probe = '{name}'")


def cost(inst, meter, name, per_result, rounds=3):
    """CPU-s and log bytes per million of what each result holds so many of, and the rate at which they are stored.

    What is stored comes in steps of a batch: the rate is that of the whole time, from the first batch's to the last."""
    first = number(inst, f"SELECT max(id) FROM series.journal WHERE probe = '{name}'")
    cpu, wal, split = [], [], {}
    for _ in range(rounds):
        lsn = sql(inst, "SELECT pg_current_wal_insert_lsn()")
        with meter:
            time.sleep(SECONDS)
        cpu.append(meter.cpu / meter.wall)
        wal.append(number(inst, f"SELECT pg_current_wal_insert_lsn() - '{lsn}'::pg_lsn") / meter.wall)
        for k, v in meter.of.items():
            split.setdefault(k, []).append(v / meter.wall)
    rate = per_result * number(inst, f"""
        SELECT sum(n) FILTER (WHERE id > {first}) / extract(epoch FROM max(to_at) - min(to_at))
        FROM series.journal WHERE probe = '{name}' AND id >= {first}""")
    parts = ", ".join(f"{k} {median(v) / rate * 1e6:.3g}" for k, v in sorted(split.items()) if median(v) > 0)
    return median(cpu) / rate * 1e6, median(wal) / rate, rate, parts


def counters(inst, name, *names):
    """The probe's counters as it last told them."""
    text = sql(inst, f"SELECT counters FROM watch.probe WHERE name = '{name}'")
    return [json.loads(text)[k] for k in names]


# ---- SNMP ----

def items():
    """What a check asks for: of eight objects five gauges and states, three rates."""
    out = []
    for k in range(1, OIDS + 1):
        counter = k % 8 in (4, 5, 6)
        out.append({"oid": f"1.3.6.1.4.1.99999.1.{k}", "metric": f"object{k}", "unit": "1/s" if counter else "",
                    "kind": "counter" if counter else "gauge"})
    return out


def poll(inst, what, hosts, port, aim, max_oids=None, interval=1):
    name = f"snmp-{hosts}-{max_oids or OIDS}"
    access = {"version": "2c", "community": "public", "port": port}
    if max_oids:
        access["max_oids"] = max_oids
    limits = {f"object{k}": {"warning": 1e12, "critical": 2e12} for k in range(1, 11)}
    with probing(inst, name, hosts, "snmp", {"oids": items()}, limits, access, interval):
        cpu, wal, rate, parts = cost(inst, Meter(inst), name, OIDS)
    head = f"SNMP, {what}, {hosts} agents × {OIDS} at {rate:.0f} values/s"
    line(head + ": CPU", cpu, "s/million values", aim)
    line(head + ": write-ahead log before packing", wal, "bytes/value")
    note("of it: " + parts)


@part("snmp", "polls of simulated agents, stored", home="probe")
def snmp(inst):
    port = harness.free_port()
    agents = subprocess.Popen([AGENTS, str(port)])
    try:
        for hosts in (100, 1000):
            poll(inst, f"{OIDS} OIDs a request", hosts, port, "≤ 1.2")
        for hosts in (100, 1000):
            poll(inst, "one OID a request", hosts, port, "≤ 14", max_oids=1, interval=5)
    finally:
        agents.terminate()
        agents.wait()


# ---- ping ----

def ping_some(inst, hosts, count, interval, spacing, aim):
    name = f"ping-{hosts}-{count}"
    params = {"count": count, "spacing_ms": spacing}
    limits = {"loss": {"warning": 50, "critical": 90}, "rtt": {"warning": 1e6}}
    with probing(inst, name, hosts, "icmp", params, limits, None, interval):
        before = counters(inst, name, "icmp_sent", "icmp_received")
        cpu, _, rate, parts = cost(inst, Meter(inst), name, count)
        time.sleep(6)
        after = counters(inst, name, "icmp_sent", "icmp_received")
    sent, back = (b - a for a, b in zip(before, after))
    head = f"ping, {hosts} targets, {count} echoes a result at {rate:.0f} echoes/s"
    line(head + ": CPU", cpu, "s/million echoes", aim)
    line(head + ": loss", 100 * max(0, 1 - back / max(sent, 1)), "%", "0")
    note("of it: " + parts)


@part("ping", "echoes to 1,000 and 10,000 loopback addresses, stored", home="probe")
def ping(inst):
    for hosts in (1000, 10000):
        ping_some(inst, hosts, 20, 4, 100, "≤ 5")
    for hosts in (1000, 10000):
        ping_some(inst, hosts, 1, 2, 100, None)
