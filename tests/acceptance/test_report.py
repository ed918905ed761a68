# SPDX-License-Identifier: Apache-2.0
"""The monthly SLA report as files: the three formats say the same, each figure opens, the PDF is one to bind."""
import calendar
import collections
import datetime
import hashlib
import html.parser
import io
import os
import re
import subprocess
import tempfile
import zlib

import openpyxl
import test_sla as sla
from harness import equal, test

NOW = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9)))
PAST = NOW.year * 12 + NOW.month - 1 - 5  # results of the last 400 days are taken in; others use the months after
MONTH = f"{PAST // 12}-{PAST % 12 + 1:02d}"
DAYS = calendar.monthrange(PAST // 12, PAST % 12 + 1)[1]
GLYPHS = "髙﨑𠮷𩸽葛󠄀㈱①"
made = {}


def day(d, hm):
    return f"{MONTH}-{d:02d}T{hm}:00+09:00"


def fill_month(i, word="業務"):
    """A month with one of everything: outages, a correction, exclusions in three states, a stop, a decided gap."""
    c = sla.passive_check(i)
    s = sla.service(i, {"check": c})
    i.ok("PATCH", f"/api/v1/services/{s}", {"name": f"{GLYPHS} {word} <b>&amp;", "version": 1})
    l = sla.sla(i, s, sla.calendar(i, {d: [["09:00", "12:00"]] for d in sla.DAYS}), year_cap_s=10440)
    sla.feed(i, c, *sla.minutes(10, 530, 620, "ok", MONTH), *sla.minutes(10, 620, 660, "critical", MONTH),
             *sla.minutes(10, 660, 721, "ok", MONTH))
    gap = i.ok("POST", "/api/v1/gaps", {"service_id": s, "from": day(1, "00:00"), "to": day(10, "00:00"),
                                        "decision": "up", "evidence": "別系統の記録"}, "noc")["id"]
    i.ok("POST", f"/api/v1/gaps/{gap}/approve", {}, "governance")
    o = sla.outage(i, s, day(17, "09:30"), day(17, "10:00"))
    i.ok("PATCH", f"/api/v1/outages/{o}", {"to": day(17, "09:50"), "reason": "現地の記録による"}, "noc")
    i.ok("POST", f"/api/v1/outages/{o}/approve", {}, "governance")
    for n, act in enumerate(("approve", "reject", None)):
        x = sla.exclusion(i, s, day(10, f"10:{20 + 5 * n}"), day(10, f"10:{25 + 5 * n}"))
        if act:
            i.ok("POST", f"/api/v1/exclusions/{x}/{act}", {"note": "資料を確認"}, "ward_it")
    return l


def report(i):
    if not made:
        made["sla"] = fill_month(i)
        r = sla.rendered(i, MONTH)
        equal(r["state"], "draft", r.get("error"))
        made["id"] = r["id"]
        for f in ("html", "pdf", "xlsx"):
            made[f] = i.call("GET", f"/api/v1/reports/{r['id']}.{f}", role="ward_it").body
    return made


class Page(html.parser.HTMLParser):
    """Text of the sections by id, links with their text, tables as rows of cells."""

    def __init__(self, text):
        super().__init__()
        self.sections, self.links, self.rows, self.ids = collections.defaultdict(list), [], collections.defaultdict(list), set()
        self.stack, self.section, self.href, self.cell, self.style = [], "", None, None, False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if a.get("id"):
            self.ids.add(a["id"])
        if tag == "section":
            self.section = a.get("id") or a.get("class", "")
        if tag == "tr":
            self.rows[self.section].append([])
        if tag in ("td", "th"):
            self.cell = []
        if tag == "br" and self.cell is not None:
            self.cell.append(" ")
        if tag == "a":
            self.href = [a.get("href"), ""]
        self.style = tag in ("style", "title") or (self.style and tag != "body")

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self.cell is not None:
            self.rows[self.section][-1].append("".join(self.cell).strip())
            self.cell = None
        if tag == "a" and self.href:
            self.links.append(tuple(self.href))
            self.href = None
        if tag in ("style", "title"):
            self.style = False

    def handle_data(self, data):
        if self.style:
            return
        self.sections[self.section].append(data)
        if self.cell is not None:
            self.cell.append(data)
        if self.href:
            self.href[1] += data


def run(*args, data=None):
    return subprocess.run(args, input=data, stdout=subprocess.PIPE, check=True).stdout


def pdf_text(pdf, *more):
    with tempfile.NamedTemporaryFile(suffix=".pdf") as f:
        f.write(pdf)
        f.flush()
        return run("pdftotext", *more, f.name, "-").decode()


def pdf_file(pdf, *command):
    with tempfile.NamedTemporaryFile(suffix=".pdf") as f:
        f.write(pdf)
        f.flush()
        return run(*[f.name if c == "FILE" else c for c in command]).decode()


def streams(pdf):
    for m in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        try:
            yield zlib.decompress(m.group(1))
        except zlib.error:
            yield m.group(1)


NUMBER = re.compile(r"(?<![\w.:/-])(?:\d+:\d\d:\d\d|\d{1,3}(?:,\d{3})+|\d+\.\d{3})(?![\w.:/])")


@test("the PDF: fonts embedded, PDF/A-3b declared, contents with the right pages, bookmarks, A4 and A3 landscape",
      "RPT-09")
def pdf_form(i):
    pdf = report(i)["pdf"]
    fonts = pdf_file(pdf, "pdffonts", "FILE").splitlines()[2:]
    assert fonts and all(" yes " in line for line in fonts), fonts
    xmp = next(s for s in streams(pdf) if b"pdfaid" in s)
    assert re.search(rb"pdfaid:part>?[=\"\s>]*3", xmp) and re.search(rb"pdfaid:conformance>?[=\"\s>]*B", xmp), xmp
    assert b"/OutputIntents" in pdf and b"GTS_PDFA1" in pdf
    pages = pdf_text(pdf, "-layout").split("\f")[:-1]
    sizes = re.findall(r"Page\s+\d+ size:\s+([\d.]+) x ([\d.]+)", pdf_file(pdf, "pdfinfo", "-l", "999", "FILE"))
    equal(len(sizes), len(pages), "pages")
    mm = [tuple(round(float(v) / 72 * 25.4) for v in s) for s in sizes]
    equal(set(mm), {(210, 297), (420, 297)}, "A4 upright and A3 landscape")
    heads = {}
    for n, text in enumerate(pages, 1):
        for line in text.splitlines():
            m = re.match(r"(RSL-\d\d \S.*?)(?:\s{3,}.*)?$", line)  # a title stands at the left
            if m and n > 2:
                heads.setdefault(m.group(1).strip(), n)
        if n > 1:
            first = text.splitlines()[0]
            assert "千代田区全庁LAN基盤整備及び運用保守業務" in first, (n, first)
            assert re.search(rf"\b{n} / {len(pages)}\b", text), f"page number on page {n}"
    contents = re.findall(r"^\s*(RSL-\d\d .*?)\s*[. ]{6,}\s*(\d+)\s*$", pages[1], re.M)
    equal(len(contents), 15, pages[1])
    for title, page in contents:
        equal(heads.get(title), int(page), f"contents: {title}")
    assert mm[heads["RSL-02 稼働率"] - 1] == (420, 297), "the wide table's page"
    outline = re.findall(r'<item page="(\d+)">([^<]*)</item>', pdf_file(pdf, "pdftohtml", "-xml", "-i", "-stdout", "FILE"))
    for title, page in contents:
        assert (page, title) in outline, (title, page, outline)
    assert "適用除外" in pdf_text(pdf)


@test("rare characters are drawn, no glyph is missing, no text runs into another or off the page")
def pdf_glyphs(i):
    pdf = report(i)["pdf"]
    text = pdf_text(pdf)
    for ch in "髙﨑𠮷𩸽葛㈱①":
        assert ch in text, f"{ch} U+{ord(ch):04X} is lost"
    for s in streams(pdf):
        if b" Tf" in s and b"BT" in s:  # a page: glyph 0 of any font is .notdef
            for run_ in re.findall(rb"<([0-9a-fA-F]+)>", s):
                assert b"0000" not in [run_[k:k + 4] for k in range(0, len(run_), 4)], "a missing glyph"
    boxes = pdf_text(pdf, "-bbox")
    for n, page in enumerate(re.split(r"<page ", boxes)[1:], 1):
        w, h = map(float, re.match(r'width="([\d.]+)" height="([\d.]+)"', page).groups())
        words = [(*map(float, m.groups()[:4]), m.group(5)) for m in re.finditer(
            r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>', page)]
        for x0, y0, x1, y1, t in words:
            assert x0 >= 30 and x1 <= w - 30 and y0 >= 20 and y1 <= h - 20, f"page {n}: {t} at {x0},{y0}"
        words.sort()
        for k, (x0, y0, x1, y1, t) in enumerate(words):
            for u0, v0, u1, v1, other in words[k + 1:]:
                if u0 > x1 - 1.5:
                    break
                assert min(y1, v1) - max(y0, v0) < 3, f"page {n}: “{t}” runs into “{other}”"


@test("the workbook's figures are numbers, durations and dates, and equal those of the HTML and the PDF")
def workbook(i):
    r = report(i)
    page = Page(r["html"].decode())
    book = openpyxl.load_workbook(io.BytesIO(r["xlsx"]))
    names = book.sheetnames
    for n in range(1, 15):
        assert any(s.startswith(f"RSL-{n:02d} ") for s in names), (n, names)
    assert "RSL-04 停止一覧" in names and any("稼働率" in s for s in names), names
    for ws in book:
        equal(ws.freeze_panes, "B4", ws.title)
        fit = ws.sheet_properties.pageSetUpPr
        equal((ws.page_setup.orientation, fit and fit.fitToPage, ws.page_setup.fitToHeight), ("landscape", True, 0), ws.title)
        assert ws.page_setup.paperSize in (8, 9, "8", "9") and ws.print_title_rows, ws.title

    def hms(cell):
        assert cell.number_format == "[h]:mm:ss" and isinstance(cell.value, (int, float)) or hasattr(cell.value, "total_seconds"), cell
        s = round(cell.value.total_seconds() if hasattr(cell.value, "total_seconds") else cell.value * 86400)
        return s, f"{s // 3600}:{s // 60 % 60:02d}:{s % 60:02d}"

    def percent(cell):
        assert cell.value is None or isinstance(cell.value, (int, float)) and cell.number_format == "0.000", cell.value
        return "—" if cell.value is None else f"{cell.value:.3f}"

    want = [row for row in page.rows["RSL-02"] if row and row[0] != "サービス"]
    rows = list(next(ws for ws in book if ws.title == "RSL-02 稼働率").iter_rows(min_row=4))
    equal(len(rows), len(want), "services")
    for cells, shown in zip(rows, want):
        equal((cells[0].value, cells[1].value), (shown[0], shown[1]), "service and calendar")
        for k in range(2, 7):
            s, text = hms(cells[k])
            equal(f"{s:,} {text}", shown[k], f"{shown[0]} column {k}")
        for k in range(7, 10):
            equal(percent(cells[k]), shown[k], f"{shown[0]} column {k}")
        equal(f"{cells[10].value:g}", shown[10], "target")
    for sheet, section, columns in (("RSL-04", "RSL-04", (5,)), ("RSL-05", "RSL-05", (15,)), ("RSL-03", "RSL-03", (13, 14))):
        ws = next(w for w in book if w.title.startswith(sheet))
        text = " ".join(page.sections[section])
        for cells in ws.iter_rows(min_row=4):
            for k in columns:
                assert hms(cells[k])[1] in text, (sheet, cells[0].value, k)
    ws = next(w for w in book if w.title.startswith("RSL-14"))
    calculations = " ".join(page.sections["RSL-14"])
    for cells in ws.iter_rows(min_row=4):
        planned, excluded, down, gap, up = (cells[k].value for k in (1, 4, 5, 6, 7))
        assert all(isinstance(v, int) for v in (planned, excluded, down, gap, up)), cells[0].value
        equal(planned, excluded + down + gap + up, "sum")
        assert f"{planned} = {excluded} + {down} + {gap} + {up}" in calculations or planned == excluded, cells[0].value
    times = [c for row in next(w for w in book if w.title.startswith("RSL-04")).iter_rows(min_row=4) for c in row[2:4]]
    assert times and all(c.is_date for c in times if c.value), times
    in_html = collections.Counter(NUMBER.findall(" ".join(t for s in page.sections.values() for t in s)))
    in_pdf = collections.Counter(NUMBER.findall(pdf_text(r["pdf"], "-raw")))
    lacking = in_html - in_pdf
    assert not lacking, f"figures of the HTML that the PDF lacks: {lacking}"


@test("each block is printed, and all that the month holds stands in it", "RPT-05")
def blocks(i):
    page = Page(report(i)["html"].decode())
    text = {k: " ".join(v) for k, v in page.sections.items()}
    for n in range(1, 15):
        assert f"RSL-{n:02d}" in page.ids, n
    for n in (7, 8, 9, 10, 12):
        assert "該当なし" in text[f"RSL-{n:02d}"], n
    mine = lambda block: [r for r in page.rows[block] if r and r[0].startswith(GLYPHS + " 業務")]
    name = f"{GLYPHS} 業務 <b>&amp;"
    (row,) = mine("RSL-02")
    # Three hours a day; 10:20-10:25 excluded of 10:20-11:00, and 20 min on the 17th.
    equal(row[0], name, "escaped name")
    equal((row[2], row[4], row[6]), (f"{DAYS * 10800:,} {DAYS * 3}:00:00", "300 0:05:00", "3,300 0:55:00"), "figures")
    outages = mine("RSL-04")
    equal(len(outages), 2, outages)
    corrected = next(r for r in outages if "訂正" in r[3])
    assert "09:50:00" in corrected[1] and corrected[6], corrected
    states = sorted(r[5].split()[0] for r in mine("RSL-05"))
    equal(states, sorted(["承認", "却下", "承認待ち"]), mine("RSL-05"))
    assert any("0:05:00" in r[6] for r in mine("RSL-05")), "effect"
    gaps = mine("RSL-13")
    assert any("稼働" in r[4] and "別系統の記録" in r[5] for r in gaps), gaps
    assert "0:55:00" in " ".join(mine("RSL-03")[0]), "this month in the year"
    assert "<b>" not in re.sub(r"<b>\d+</b>", "", report(i)["html"].decode()), "nothing of a name is markup"


@test("every link of the report opens for the ward's IT staff; each figure's page shows that figure", "SLA-19")
def links(i):
    r = report(i)
    page = Page(r["html"].decode())
    seen = {}
    for href, text in page.links:
        if href.startswith("#"):
            assert href[1:] in page.ids, href
            continue
        assert href.startswith(i.base + "/"), href
        seen.setdefault(href[len(i.base):], text)
    assert len(seen) > 20, len(seen)
    for path, text in seen.items():
        got = i.call("GET", path, role="ward_it")
        equal(got.status, 200, path)
        m = re.search(r"figure=(availability|downtime|exclusion)$", path)
        if m and f"/sla/{r['sla']}?" in path and text != "—":
            assert text in got.body.decode(), (path, text)


@test("review: the ward sends it back with a remark on a block; the next edition and its files, with their digests", "RPT-07")
def review(i):
    r = report(i)
    i.ok("POST", f"/api/v1/reports/{r['id']}/transitions", {"to": "in_review"}, "governance")
    i.ok("POST", f"/api/v1/reports/{r['id']}/transitions", {"to": "submitted"}, "governance")
    nothing = i.call("POST", f"/api/v1/reports/{r['id']}/transitions", {"to": "sent_back"}, "ward_it")
    equal((nothing.status, nothing.fields()), (422, {"comment"}), "without a reason")
    i.ok("POST", f"/api/v1/reports/{r['id']}/transitions", {"to": "sent_back", "comment": "RSL-03の見込みの前提を記載"}, "ward_it")
    again = i.call("GET", f"/api/v1/reports/{r['id']}.pdf", role="ward_it")
    equal(again.body, r["pdf"], "the same bytes")
    shown = i.call("GET", f"/reports/{r['id']}", role="ward_it").body.decode()
    for f in ("html", "pdf", "xlsx"):
        digest = i.call("GET", f"/api/v1/reports/{r['id']}.{f}", role="ward_it").headers["ETag"].strip('"')
        assert digest in shown, f"SHA-256 of the {f}"
        equal(hashlib.sha256(r[f]).hexdigest(), digest, f)
    assert "RSL-03の見込みの前提を記載" in shown
    second = sla.rendered(i, MONTH)
    equal(second["edition"], 2, "edition")
