/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/i18n.h"
#include "server/tpl/tpl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* 2026-11-22T05:05:10Z, 14:05:10 in Tokyo */
#define NOW ((hn_instant)1795323910 * HN_SEC)

/* Output, or "!" and the message. */
static const char *render(struct hn_arena *a, struct tpl_loader *l, const char *name,
                          const char *text, const struct tpl_val *ctx, struct tpl_opts *o)
{
    struct hn_sbuf b;
    struct hn_err e = {0};
    enum hn_code c;

    hn_sbuf_init(&b, a, 4 << 20);
    if (text == NULL)
        c = tpl_render(l, name, ctx, o, &b, &e);
    else
        c = tpl_render_text(l, name, text, strlen(text), ctx, o, &b, &e);
    if (c == HN_OK)
        return hn_sbuf_text(&b);
    assert_int_equal(c, HN_E_INVALID);
    return hn_arena_fmt(a, "!%s", e.msg);
}

static struct tpl_val *from_json(struct hn_arena *a, const char *json)
{
    struct tpl_val *ctx = NULL;
    struct hn_err e = {0};

    assert_int_equal(tpl_from_json(a, json, strlen(json), &ctx, &e), HN_OK);
    return ctx;
}

/* ---- one text, one context ------------------------------------------------------------------ */

#define CTX                                                                                        \
    "{\"n\": 42, \"f\": 2.5, \"s\": \"<a & b>\", \"q\": \"'\\\"\", \"l\": [3, 1, 2], \"none\": "   \
    "null, "                                                                                       \
    "\"d\": {\"a\": 1, \"items\": 7}, \"j\": \"日本語\", \"t\": 1795323910000000, "             \
    "\"u\": [{\"n\": \"b\", \"k\": 1}, {\"n\": \"A\", \"k\": 2}, {\"n\": \"c\", \"k\": 1}]}"

static const struct row {
    const char *name, *text, *out;
} rows[] = {
    {"text stays", "a < b &amp; {c}", "a < b &amp; {c}"},
    {"one newline at the end goes", "a\n\n", "a\n"},
    {"CRLF becomes LF", "a\r\nb\rc", "a\nb\nc"},
    {"escape", "{{ s }}{{ q }}", "&lt;a &amp; b&gt;&#39;&#34;"},
    {"safe", "{{ s|safe }}", "<a & b>"},
    {"escape once", "{{ s|e }}", "&lt;a &amp; b&gt;"},
    {"literal is escaped too", "{{ '<' }}", "&lt;"},
    {"joined with safe text", "{{ ('<i>'|safe) ~ s }}", "<i>&lt;a &amp; b&gt;"},
    {"plus escapes", "{{ ('<i>'|safe) + s }}", "<i>&lt;a &amp; b&gt;"},
    {"join escapes", "{{ [s, '<i>'|safe]|join('<') }}", "&lt;a &amp; b&gt;&lt;<i>"},
    {"replace in safe text", "{{ ('<i>'|safe)|replace('i', '<') }}", "<&lt;>"},
    {"upper keeps safe", "{{ ('<i>'|safe)|upper }}", "<I>"},
    {"title does not", "{{ ('<i>'|safe)|title }}", "&lt;I&gt;"},
    {"format of safe text", "{{ '<%s>'|safe|format(s) }}", "<&lt;a &amp; b&gt;>"},
    {"true prints True", "{{ true }}{{ none }}", "TrueNone"},
    {"floats as Python", "{{ 1.0 }} {{ 0.1 + 0.2 }} {{ 1e16 }} {{ 1e-5 }} {{ 123456.0 }}",
     "1.0 0.30000000000000004 1e+16 1e-05 123456.0"},
    {"smallest float", "{{ 5e-324 }} {{ 1.7976931348623157e308 }}",
     "5e-324 1.7976931348623157e+308"},
    {"round half to even", "{{ 2.5|round }} {{ 3.5|round }} {{ 2.675|round(2) }} {{ 7|round }}",
     "2.0 4.0 2.67 7"},
    {"floor division", "{{ -7 // 2 }} {{ 7 // -2 }} {{ -7 % 3 }} {{ 7 / 2 }}", "-4 -4 2 3.5"},
    {"power", "{{ 2 ** 10 }} {{ 2 ** -1 }} {{ -2 ** 2 }}", "1024 0.5 4"},
    {"precedence", "{{ 1 + 2 * 3 }}{{ 1 ~ 2 * 3 }}{{ -n|abs }}{{ not 1 == 2 }}", "71642True"},
    {"comparison chain", "{{ 1 < 2 < 3 }}{{ 1 < 3 < 2 }}{{ 1 == 1.0 }}", "TrueFalseTrue"},
    {"in", "{{ 1 in l }}{{ 'a' in d }}{{ 'a' in s }}{{ 9 not in l }}", "TrueTrueTrueTrue"},
    {"logic gives values", "{{ 0 or 'x' }}{{ 1 and 'y' }}{{ not 1 }}", "xyFalse"},
    {"inline if", "{{ 'a' if n else 'b' }}{{ 'c' if not n }}", "a"},
    {"index and slice", "{{ l[0] }}{{ l[-1] }}{{ l[1:]|join }}{{ j[::-1] }}{{ j[1:2] }}",
     "3212語本日本"},
    {"method before key", "{{ d.items()|length }}{{ d['items'] }}{{ d.a }}", "271"},
    {"nested names", "{{ u[1].n }}{{ u.0.n }}", "Ab"},
    {"string escapes", "{{ 'a\\n\\t\\x41\\u3042\\'' }}|{{ \"\\q\" }}", "a\n\tAあ&#39;|\\q"},
    {"numbers", "{{ 1_000 }} {{ 0x1F }} {{ 0b11 }} {{ 0o17 }} {{ 1.5e3 }}", "1000 31 3 15 1500.0"},
    {"for", "{% for x in l %}{{ loop.index }}:{{ x }}{{ ',' if not loop.last }}{% endfor %}",
     "1:3,2:1,3:2"},
    {"for else", "{% for x in [] %}x{% else %}none{% endfor %}", "none"},
    {"for with condition", "{% for x in l if x > 1 %}{{ loop.length }}{{ x }}{% endfor %}", "2322"},
    {"for over pairs", "{% for k, v in d.items() %}{{ k }}{{ v }};{% endfor %}", "a1;items7;"},
    {"loop neighbours",
     "{% for x in l %}{{ loop.previtem if not loop.first }}{{ x }}{{ loop.nextitem if not "
     "loop.last }};{% endfor %}",
     "31;312;12;"},
    {"loop.changed", "{% for x in [1,1,2] %}{{ loop.changed(x) }}{% endfor %}", "TrueFalseTrue"},
    {"recursive loop",
     "{% for x in [[1,[2]],3] recursive %}{% if x is number %}{{ x }}{% else %}({{ loop(x) "
     "}}){% endif %}{% endfor %}",
     "(1(2))3"},
    {"set does not leave a loop",
     "{% set x = 1 %}{% for i in l %}{% set x = i %}{% endfor %}{{ x }}", "1"},
    {"set leaves an if", "{% if n %}{% set x = 1 %}{% endif %}{{ x }}", "1"},
    {"namespace",
     "{% set c = namespace(v=0) %}{% for i in l %}{% set c.v = c.v + i %}{% endfor %}"
     "{{ c.v }}",
     "6"},
    {"block set is safe", "{% set x %}<b>{{ s }}</b>{% endset %}{{ x }}",
     "<b>&lt;a &amp; b&gt;</b>"},
    {"with", "{% with a = 1, b = n %}{{ a + b }}{% endwith %}{{ a is defined }}", "43False"},
    {"macro", "{% macro m(a, b=a) %}<i>{{ a }}{{ b }}</i>{% endmacro %}{{ m(s, b=1) }}{{ m(2) }}",
     "<i>&lt;a &amp; b&gt;1</i><i>22</i>"},
    {"macro sees later names", "{% macro m() %}{{ x }}{% endmacro %}{% set x = 5 %}{{ m() }}", "5"},
    {"macro varargs, kwargs",
     "{% macro m(a) %}{{ varargs|join('+') }}{{ kwargs.k }}{% endmacro %}{{ m(1, 2, 3, k=4) }}",
     "2+34"},
    {"call",
     "{% macro m() %}[{{ caller(1) }}]{% endmacro %}{% call(x) m() %}{{ x }}{{ s }}{% endcall "
     "%}",
     "[1&lt;a &amp; b&gt;]"},
    {"macro in a loop keeps its round",
     "{% set ns = namespace(m=none) %}{% for i in l %}{% macro g() %}{{ i }}{% endmacro %}{% if "
     "loop.first %}{% set ns.m = g %}{% endif %}{% endfor %}{{ ns.m() }}",
     "3"},
    {"filter block", "{% filter upper %}a{{ s }}{% endfilter %}", "A&LT;A &AMP; B&GT;"},
    {"block and self", "{% block b %}[{{ n }}]{% endblock %}{{ self.b() }}", "[42][42]"},
    {"raw", "{% raw %}{{ x }}{# y #}{% endraw %}", "{{ x }}{# y #}"},
    {"white space", "a  {{- 1 -}}  b {#- c -#} d {%- if 1 -%} e {%- endif %} f", "a1bde f"},
    {"ideographic space is white space", "{{　1　}}　{{- 2 -}}　x", "12x"},
    {"plus sign does nothing", "a {%+ if 1 +%} b{% endif %}", "a  b"},
    {"comment", "a{# {{ x }} #}b", "ab"},
    {"tests", "{{ n is even }}{{ n is divisibleby 7 }}{{ x is defined }}{{ l is not mapping }}",
     "TrueTrueFalseTrue"},
    {"default", "{{ x|default('d') }}{{ ''|default('e', true) }}{{ d.zz|d(1) }}", "de1"},
    {"sort", "{{ u|sort(attribute='n')|map(attribute='n')|join }}{{ l|sort(reverse=true)|join }}",
     "Abc321"},
    {"groupby",
     "{% for k, v in u|groupby('k') %}{{ k }}:{{ v|map(attribute='n')|join }} {% endfor %}",
     "1:bc 2:A "},
    {"select", "{{ l|select('odd')|join }}{{ u|selectattr('k', 'eq', 1)|list|length }}", "312"},
    {"map with a filter", "{{ ['a']|map('replace', 'a', 'b')|join }}", "b"},
    {"sum, min, max", "{{ l|sum }}{{ l|min }}{{ l|max }}{{ u|sum(attribute='k') }}", "6134"},
    {"batch and slice",
     "{{ l|batch(2, 0)|map('join')|join('|') }} {{ l|slice(2)|map('join')|join('|') }}",
     "31|20 31|2"},
    {"truncate has leeway 5", "{{ 'foo bar baz'|truncate(6) }}|{{ 'foo bar baz qux'|truncate(9) }}",
     "foo bar baz|foo..."},
    {"truncate counts characters", "{{ (j * 10)|truncate(4, true, '…', 0) }}", "日本語…"},
    {"tojson is safe in a script", "{{ {'b': s, 'a': j}|tojson }}",
     "{\"a\": \"\\u65e5\\u672c\\u8a9e\", \"b\": \"\\u003ca \\u0026 b\\u003e\"}"},
    {"urlencode", "{{ '/a b&'|urlencode }}?{{ {'x y': 'a/b'}|urlencode }}", "/a%20b%26?x+y=a%2Fb"},
    {"xmlattr", "<p{{ {'id': 1, 'class': s, 'x': none}|xmlattr }}>",
     "<p id=\"1\" class=\"&lt;a &amp; b&gt;\">"},
    {"striptags", "{{ '<p>a <b>b</b>\n c</p>'|striptags }}", "a b c"},
    {"nl2br", "{{ 'a<\nb'|nl2br }}", "a&lt;<br>\nb"},
    {"urlize makes only http links",
     "{{ 'http://a.jp/?x=<y> javascript:alert(1) (www.example.org).'|urlize }}",
     "<a href=\"http://a.jp/?x=&lt;y&gt;\" rel=\"noopener\">http://a.jp/?x=&lt;y&gt;</a> "
     "javascript:alert(1) (<a href=\"https://www.example.org\" "
     "rel=\"noopener\">www.example.org</a>)."},
    {"format", "{{ '%05.1f|%-3s|%+d|%x'|format(f, 'a', 5, 255) }}", "002.5|a  |+5|ff"},
    {"braces", "{{ '{:,}|{x:>4}|{0!r}'|replace('{0!r}', '')|format }}", "{:,}|{x:&gt;4}|"},
    {"str.format", "{{ '{:,}|{x:>4}'.format(1234567, x='ab') }}", "1,234,567|  ab"},
    {"comma", "{{ 1234567|comma }} {{ -1234.5|comma }} {{ 999|comma }} {{ 1234.567|comma(1) }}",
     "1,234,567 -1,234.5 999 1,234.6"},
    {"bytes",
     "{{ 0|bytes }} {{ 1023|bytes }} {{ 1536|bytes }} {{ 1048575|bytes }} {{ none|bytes }}",
     "0 B 1023 B 1.5 KiB 1.0 MiB "},
    {"bps", "{{ 999|bps }} {{ 1500000|bps }}", "999 bit/s 1.5 Mbit/s"},
    {"datetime", "{{ t|datetime }} {{ t|datetime('full') }}",
     "2026/11/22 14:05 令和8年11月22日 14:05:10"},
    {"datetime short",
     "{{ t|datetime('short') }} {{ (t - 86400000000)|datetime('short') }} {{ none|datetime }}",
     "14:05 11/21 14:05 "},
    {"date, time, month", "{{ t|date }} {{ t|time }} {{ t|month }} {{ '2026-11'|month }}",
     "2026/11/22 14:05 2026-11 2026-11"},
    {"wareki",
     "{{ t|wareki }} {{ t|wareki('year') }} {{ '2019-05-01'|wareki }} {{ '2026-11'|wareki }}",
     "令和8年11月22日 令和8年 令和元年5月1日 令和8年11月"},
    {"iso", "{{ t|iso }} {{ '2026-11-22T14:05:10+09:00'|iso }}",
     "2026-11-22T05:05:10Z 2026-11-22T05:05:10Z"},
    {"duration",
     "{{ 59|duration }}, {{ 3905|duration }}, {{ 90000|duration }}, {{ "
     "90000|duration('hours') }}, {{ -61|duration }}, {{ 127|duration('full') }}, {{ "
     "3905|duration('full') }}, {{ 90061|duration('full') }}",
     "59 s, 1 h 05 min, 1 d 01 h, 25 h 00 min, -1 min 01 s, 2 min 7 s, 1 h 5 min 5 s, "
     "1 d 1 h 1 min 1 s"},
    {"ago", "{{ t|ago }}, {{ (t - 300000000)|ago }}, {{ (t + 7200000000)|ago }}",
     "just now, 5 min ago, in 2 h"},
    {"gettext", "{{ _('%(n)s of %(m)s, 100%%', n=1, m=s) }}{{ _('50% done') }}",
     "1 of &lt;a &amp; b&gt;, 100%50% done"},
    {"gettext with safe value", "{{ _('<%(x)s>', x='<b>'|safe) }}", "&lt;<b>&gt;"},
    {"map keeps order",
     "{{ {'b': 1, 'a': 2}|join }}{{ {'b': 1, 'a': 2}|dictsort|map('first')|join }}", "baab"},
    {"equal keys", "{{ {1: 'a', 1.0: 'b', true: 'c'}|length }}", "1"},
    {"many keys",
     "{% set d = dict(a=1,b=2,c=3,d=4,e=5,f=6,g=7,h=8,i=9,j=10,k=11) %}{{ d.k }}{{ d|length "
     "}}{{ d.zz is defined }}",
     "1111False"},
    {"cycler and joiner",
     "{% set c = cycler('a','b') %}{% set j = joiner('-') %}{% for x in l %}{{ j() }}{{ c.next() "
     "}}{% "
     "endfor %}",
     "a-b-a"},
    {"autoescape off and on", "{% autoescape false %}{{ s }}{% endautoescape %}{{ s }}",
     "<a & b>&lt;a &amp; b&gt;"},
};

static void one_row(void **state)
{
    const struct row *r = *state;
    HN_ARENA a = hn_arena_new();
    struct tpl_opts o = {.now = NOW};

    assert_string_equal(render(a, NULL, "t", r->text, from_json(a, CTX), &o), r->out);
}

/* ---- mistakes ------------------------------------------------------------------------------- */

static const struct row errors[] = {
    {"unknown name", "a\n {{ x }}", "!t:2:5: 'x' is undefined"},
    {"column counts characters", "日本 {{ x }}", "!t:1:7: 'x' is undefined"},
    {"unknown attribute", "{{ d.zz }}", "!t:1:6: 'dict' has no attribute 'zz'"},
    {"attribute of nothing", "{{ d.zz.y }}", "!t:1:9: 'dict' has no attribute 'zz'"},
    {"unknown name in a condition", "{% if x %}{% endif %}", "!t:1:7: 'x' is undefined"},
    {"macro parameter", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m() }}",
     "!t:1:20: parameter 'a' was not given"},
    {"list printed", "{{ l }}", "!t:1:4: 'list' cannot be printed"},
    {"mapping printed", "{{ d }}", "!t:1:4: 'dict' cannot be printed"},
    {"method printed", "{{ d.items }}", "!t:1:6: 'method' cannot be printed"},
    {"method gone over", "{% for x in d.items %}{% endfor %}",
     "!t:1:15: 'items' is a method here: call it, or write ['items'] for the key"},
    {"unknown filter", "{{ n|nosuch }}", "!t:1:6: unknown filter 'nosuch'"},
    {"unknown test", "{{ n is nosuch }}", "!t:1:9: unknown test 'nosuch'"},
    {"unknown tag", "{% nosuch %}", "!t:1:4: unknown tag 'nosuch'"},
    {"tag not closed", "{% if n %}x", "!t:1:12: the template ends where 'elif' was expected"},
    {"print not closed", "{{ n",
     "!t:1:5: expected 'end of print statement', got 'end of template'"},
    {"text not closed", "{{ 'a }}", "!t:1:4: the text has no closing quote"},
    {"comment not closed", "a{# b", "!t:1:2: the comment is never closed"},
    {"raw not closed", "{% raw %}a", "!t:1:1: 'raw' is never closed"},
    {"odd bracket", "{{ (1] }}", "!t:1:6: unexpected ']', expected ')'"},
    {"odd character", "{{ n ! 1 }}", "!t:1:6: unexpected character '!'"},
    {"empty expression", "{{ }}", "!t:1:4: expected an expression, got 'end of print statement'"},
    {"division by zero", "{{ 1 // 0 }}", "!t:1:6: division by zero"},
    {"too large", "{{ 9223372036854775807 + 1 }}", "!t:1:24: the number is too large"},
    {"literal too large", "{{ 9223372036854775808 }}", "!t:1:4: the number is too large"},
    {"types do not add", "{{ 1 + 'a' }}", "!t:1:6: '+' cannot be used between 'int' and 'str'"},
    {"types do not compare", "{{ 1 < 'a' }}", "!t:1:6: '<' cannot be used between 'int' and 'str'"},
    {"not callable", "{{ n() }}", "!t:1:5: 'int' cannot be called"},
    {"wrong argument", "{{ s|truncate(foo=1) }}",
     "!t:1:6: truncate: no argument 'foo' is expected here"},
    {"missing argument", "{{ s|replace('a') }}", "!t:1:6: replace: argument 'new' is missing"},
    {"macro arguments", "{% macro m() %}{% endmacro %}{{ m(1) }}",
     "!t:1:34: macro 'm' takes at most 0 arguments"},
    {"unpacking", "{% for a, b in [1] %}{% endfor %}", "!t:1:8: 'int' is not a sequence"},
    {"unpacking too few", "{% for a, b in [[1]] %}{% endfor %}",
     "!t:1:8: expected 2 values, got 1"},
    {"no namespace", "{% set d.x = 1 %}", "!t:1:8: 'd' is no namespace"},
    {"block twice", "{% block a %}{% endblock %}{% block a %}{% endblock %}",
     "!t:1:37: block 'a' is defined twice"},
    {"no loader", "{% include 'x' %}", "!t:1:4: there is no template 'x'"},
    {"gettext value missing", "{{ _('%(n)s') }}", "!t:1:5: the format needs a value 'n'"},
    {"no instant", "{{ 'x'|datetime }}", "!t:1:8: this is no point in time"},
    {"instant out of range", "{{ 9000000000000000000|datetime }}",
     "!t:1:24: this is no point in time"},
    {"attribute name", "{{ {'a b': 1}|xmlattr }}",
     "!t:1:15: this is no name of an attribute: 'a b'"},
    {"not UTF-8", "a\xff", "!t:1:1: the template is not valid UTF-8 text"},
    {"reserved name", "{% set true = 1 %}", "!t:1:8: this cannot be assigned to"},
    {"loop reserved", "{% for loop in l %}{% endfor %}", "!t:1:13: 'loop' cannot be assigned to"},
};

/* ---- lenient: as jinja2's default ----------------------------------------------------------- */

static const struct row lenient[] = {
    {"unknown name", "[{{ x }}]", "[]"},
    {"unknown name goes over nothing", "{% for a in x %}a{% else %}b{% endfor %}", "b"},
    {"attribute of unknown fails all the same", "{{ x.y }}",
     "!t:1:6: an undefined value has no attribute 'y'"},
    {"lists print", "{{ [1, 'a', 2.0, none, (1,), {'k': true}] }}",
     "[1, &#39;a&#39;, 2.0, None, (1,), {&#39;k&#39;: True}]"},
};

static void one_lenient(void **state)
{
    const struct row *r = *state;
    HN_ARENA a = hn_arena_new();
    struct tpl_opts o = {.now = NOW, .lenient = true};

    assert_string_equal(render(a, NULL, "t", r->text, from_json(a, CTX), &o), r->out);
}

/* ---- hostile templates ---------------------------------------------------------------------- */

static const struct row hostile[] = {
    {"endless work",
     "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
     "too many steps"},
    {"long text", "{% set x = 'aaaaaaaaaa' * 1000000 %}{{ x }}{{ x }}", "longer than"},
    {"repeat", "{{ 'a' * 1000000000000 }}", "too much memory"},
    {"repeated list", "{{ ([0] * 1000000) * 1000000 }}", "too much memory"},
    {"doubling text",
     "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}",
     "longer than"},
    {"doubling list",
     "{% set n = namespace(x=[0]) %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}",
     "too much memory"},
    {"deep list shown",
     "{% set n = namespace(x=[]) %}{% for i in range(999) %}{% set n.x = [n.x] %}{% endfor %}{{ "
     "n.x|string }}",
     "too deeply"},
    {"wide list shown",
     "{% set n = namespace(x=[1]) %}{% for i in range(40) %}{% set n.x = [n.x, n.x] %}{% endfor "
     "%}{{ "
     "n.x|tojson }}",
     "!t"},
    {"wide lists compared",
     "{% set n = namespace(x=[1], y=[1]) %}{% for i in range(40) %}{% set n.x = [n.x, n.x] %}{% "
     "set "
     "n.y = [n.y, n.y] %}{% endfor %}{{ n.x == n.y }}",
     "too many steps"},
    {"namespace in itself", "{% set n = namespace() %}{% set n.n = n %}{{ n|string }}",
     "too deeply"},
    {"wide range", "{{ range(100001) }}", "at most 100000"},
    {"range of all", "{{ range(-9223372036854775807, 9223372036854775807, 1) }}", "at most 100000"},
    {"macro calls itself", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "too deeply"},
    {"block calls itself", "{% block a %}{{ self.a() }}{% endblock %}", "too deeply"},
    {"recursive loop", "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", "too deeply"},
    {"long line looked at again and again",
     "{% set b = 'aaaaaaaaaa' * 100000 %}{% for i in range(99999) %}{% set x = b.splitlines() %}{% "
     "endfor %}",
     "too many steps"},
    {"wide format", "{{ '%99999999d'|format(1) }}", "too large"},
    {"wide format by *", "{{ '%*d'|format(99999999, 1) }}", "too large"},
    {"wide brace format", "{{ '{:99999999}'.format(1) }}", "too large"},
    {"center", "{{ 'a'|center(99999999999) }}", "too much memory"},
    {"precision", "{{ 1.5|round(99999999999) }}", "1.5"},
    {"smallest number", "{{ (-9223372036854775807 - 1) // -1 }}", "too large"},
    {"smallest number's rest", "{{ (-9223372036854775807 - 1) % -1 }}", "too large"},
    {"smallest number's sign", "{{ -(-9223372036854775807 - 1) }}", "too large"},
    {"slice bounds",
     "{{ [1,2][-9223372036854775807:9223372036854775807:9223372036854775807]|join }}", "1"},
    {"map of map", "{{ [[[[1]]]]|map('map', 'map', 'map', 'string')|list|length }}", "1"},
    {"other objects' insides", "{{ ''.__class__ }}", "no attribute '__class__'"},
};

static void one_hostile(void **state)
{
    const struct row *r = *state;
    HN_ARENA a = hn_arena_new();
    struct tpl_opts o = {.now = NOW};
    const char *out = render(a, NULL, "t", r->text, from_json(a, CTX), &o);

    if (strstr(out, r->out) == NULL)
        fail_msg("got %.300s", out);
}

/* So many times `open`, then x, then so many times `close`. */
static void check_nested(const char *open, const char *x, const char *close, const char *want)
{
    HN_ARENA a = hn_arena_new();
    struct tpl_opts o = {.now = NOW};
    bool statement = strchr(open, '%') != NULL;
    int n = 30000 / (int)(strlen(open) + strlen(close));
    struct hn_sbuf b;
    const char *out;

    hn_sbuf_init(&b, a, 1 << 20);
    hn_sbuf_str(&b, statement ? "" : "{{ ");
    for (int i = 0; i < n; i++)
        hn_sbuf_str(&b, open);
    hn_sbuf_str(&b, x);
    for (int i = 0; i < n; i++)
        hn_sbuf_str(&b, close);
    hn_sbuf_str(&b, statement ? "" : " }}");
    out = render(a, NULL, "t", hn_sbuf_text(&b), from_json(a, CTX), &o);
    if (strstr(out, want) == NULL)
        fail_msg("%s: got %.200s", open, out);
}

static void deep_source(void **state)
{
    (void)state;
    check_nested("(", "1", ")", "too deeply");
    check_nested("[", "1", "]", "too deeply");
    check_nested("{1:", "1", "}", "too deeply");
    check_nested("-", "1", "", "too deeply");
    check_nested("not ", "1", "", "too deeply");
    check_nested("1 + ", "1", "", "too deeply");
    check_nested("1 ** ", "1", "", "too deeply");
    check_nested("1 ~ ", "1", "", "1111");
    check_nested("1 < ", "1", "", "False");
    check_nested("n if n else ", "1", "", "too deeply");
    check_nested("n or ", "1", "", "too deeply");
    check_nested("{% if n %}", "x", "{% endif %}", "too deeply");
    check_nested("{% for x in l %}", "x", "{% endfor %}", "too deeply");
    check_nested("{% if n %}x{% endif %}", "x", "", "xxxx");
}

static void deep_chains(void **state)
{
    (void)state;
    check_nested("", "n", ".n", "too deeply");
    check_nested("", "n", "|e", "too deeply");
    check_nested("", "n", "[0]", "too deeply");
    check_nested("", "n", "()", "too deeply");
    check_nested("", "'a'", " 'b'", "abbb");
}

static void budget_is_kept(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct tpl_opts o = {.max_steps = 100, .now = NOW};
    struct tpl_opts bytes = {.max_bytes = 10, .now = NOW};

    (void)state;
    assert_string_equal(
        render(a, NULL, "t", "{% for i in range(50) %}{{ i }}{% endfor %}", NULL, &o),
        "!t:1:28: the template takes too many steps");
    assert_string_equal(
        render(a, NULL, "t", "{% for i in range(5) %}{{ i }}{% endfor %}", NULL, &o), "01234");
    assert_string_equal(render(a, NULL, "t", "1234567890", NULL, &bytes), "1234567890");
    assert_string_equal(render(a, NULL, "t", "12345678901", NULL, &bytes),
                        "!t:1:1: the output is longer than 10 bytes");
}

static void check_compiles_only(void **state)
{
    static const char bad[] = "{{ x|nosuch }}";
    static const char good[] = "{% extends 'nosuch' %}{{ nosuch }}";
    struct hn_err e = {0};

    (void)state;
    assert_int_equal(tpl_check("t", good, sizeof(good) - 1, &e), HN_OK);
    assert_int_equal(tpl_check("t", bad, sizeof(bad) - 1, &e), HN_E_INVALID);
    assert_string_equal(e.msg, "t:1:6: unknown filter 'nosuch'");
}

/* ---- contexts made in C --------------------------------------------------------------------- */

static void built_context(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct tpl_opts o = {.now = NOW};
    struct tpl_val *ctx = tpl_map(a);
    struct tpl_val *list = tpl_set_list(ctx, "rows");
    struct tpl_val *row = tpl_push_map(list);

    (void)state;
    tpl_set_str(row, "name", "<x>");
    tpl_set(row, "html", tpl_safe(a, "<b>"));
    row = tpl_push_map(list);
    tpl_set_str(row, "name", NULL);
    tpl_set(row, "html", NULL);
    tpl_push_str(list, "text");
    tpl_set_instant(ctx, "at", NOW);
    tpl_set_instant(ctx, "never", HN_NEVER);
    tpl_set_instant(ctx, "unset", HN_UNSET);
    tpl_set_bool(ctx, "yes", true);
    tpl_set_f64(ctx, "f", 0.5);
    tpl_set_i64(tpl_set_map(ctx, "sub"), "i", -3);
    for (int i = 0; i < 100; i++)
        tpl_set_i64(ctx, hn_arena_fmt(a, "k%d", i), i);
    tpl_set_i64(ctx, "k7", 77);
    assert_string_equal(
        render(
            a, NULL, "t",
            "{{ rows[0].name }}{{ rows[0].html }}{{ rows[1].name is none }}{{ rows[1].html is "
            "none }}{{ rows[2] }}{{ at|date }}{{ never is none }}{{ unset is none }}{{ yes }}{{ f "
            "}}{{ sub.i }}{{ k0 }}{{ k99 }}{{ k7 }}",
            ctx, &o),
        "&lt;x&gt;<b>TrueTruetext2026/11/22TrueTrueTrue0.5-309977");
}

/* ---- files ---------------------------------------------------------------------------------- */

static char folder[] = "/tmp/hn_test_tpl_XXXXXX";

static void put(const char *name, const char *text)
{
    char path[300];
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static int make_folder(void **state)
{
    char path[300];

    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof(path), "%s/in", folder);
    if (mkdir(path, 0700) != 0)
        return -1;
    put("in/base.html",
        "<{% block a %}base{% endblock %}|{% block b required %}{% endblock %}|{% block "
        "c %}c{{ title }}{% endblock %}>");
    put("in/mid.html",
        "{% extends 'base.html' %}{% set title = 'T' %}lost{% block a %}mid {{ super() "
        "}}{% endblock %}");
    put("in/page.html",
        "{% extends 'mid.html' %}{% block a %}page {{ super() }}{% endblock %}{% block "
        "b %}{{ n }}{% endblock %}");
    put("in/forgot.html", "{% extends 'base.html' %}");
    put("in/loop.html", "{% extends 'loop.html' %}");
    put("in/self.html", "{% include 'self.html' %}");
    put("in/part.html", "[{{ n }}{{ x }}]");
    put("in/bad.html", "line\n{{ nosuch }}");
    put("in/broken.html", "{% if %}");
    put("in/macros.html", "{% macro b(x) %}<b>{{ x }}</b>{% endmacro %}{% macro ctx() %}{{ n }}{% "
                          "endmacro %}{% set v = 5 %}{% set _p = 6 %}");
    put("in/scoped.html",
        "{% for i in [1,2] %}{% block row scoped %}{{ i }}{% endblock %}{% endfor %}");
    put("secret.html", "secret");
    (void)snprintf(path, sizeof(path), "%s/in/link.html", folder);
    if (symlink("../secret.html", path) != 0)
        return -1;
    (void)snprintf(path, sizeof(path), "%s/in/linked", folder);
    if (symlink("..", path) != 0)
        return -1;
    (void)snprintf(path, sizeof(path), "%s/in/fifo.html", folder);
    return mkfifo(path, 0600);
}

static int remove_folder(void **state)
{
    static const char *const names[] = {
        "in/base.html",   "in/mid.html",    "in/page.html",   "in/forgot.html",
        "in/loop.html",   "in/self.html",   "in/part.html",   "in/bad.html",
        "in/broken.html", "in/macros.html", "in/link.html",   "in/scoped.html",
        "in/fifo.html",   "in/linked",      "in/change.html", "secret.html"};
    char path[300];

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(names); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    (void)snprintf(path, sizeof(path), "%s/in", folder);
    (void)rmdir(path);
    return rmdir(folder);
}

static struct tpl_loader *loader(bool reload)
{
    char path[300];

    (void)snprintf(path, sizeof(path), "%s/in", folder);
    return tpl_loader_new(path, reload);
}

static const struct row files[] = {
    {"extends", "{% extends 'page.html' %}", "<page mid base|42|cT>"},
    {"required block", "{% extends 'forgot.html' %}",
     "!base.html:1:37: required block 'b' was not given"},
    {"extends itself", "{% extends 'loop.html' %}",
     "!loop.html:1:4: templates extend each other too deeply"},
    {"extends twice", "{% extends 'page.html' %}{% extends 'page.html' %}",
     "!t:1:29: the template extends twice"},
    {"extends in a condition", "{% if n > 9 %}{% extends 'page.html' %}{% endif %}lost",
     "<page mid base|42|cT>"},
    {"extends inside a loop", "{% for i in [1] %}{% extends 'page.html' %}{% endfor %}",
     "!t:1:30: 'extends' must stand at the top level of the template"},
    {"scoped block", "{% extends 'scoped.html' %}{% block row %}<{{ i }}>{% endblock %}", "<1><2>"},
    {"include", "{% set x = 1 %}{% include 'part.html' %}", "[421]"},
    {"include sees locals", "{% for x in [1,2] %}{% include 'part.html' %}{% endfor %}",
     "[421][422]"},
    {"include without context", "{% include 'part.html' without context %}",
     "!part.html:1:5: 'n' is undefined"},
    {"include itself", "{% include 'self.html' %}",
     "!self.html:1:4: templates, blocks and macros call each other too deeply"},
    {"include missing", "{% include 'nosuch.html' %}",
     "!t:1:4: there is no template 'nosuch.html'"},
    {"include ignore missing", "a{% include 'nosuch.html' ignore missing %}b", "ab"},
    {"include first of", "{% set x = 0 %}{% include ['nosuch.html', 'part.html'] %}", "[420]"},
    {"error in an included file", "{% include 'bad.html' %}",
     "!bad.html:2:4: 'nosuch' is undefined"},
    {"ignore missing hides no mistake", "{% include 'broken.html' ignore missing %}",
     "!broken.html:1:7: expected an expression, got 'end of statement block'"},
    {"import", "{% import 'macros.html' as m %}{{ m.b('<') }}{{ m.v }}", "<b>&lt;</b>5"},
    {"import is private", "{% import 'macros.html' as m %}{{ m._p }}",
     "!t:1:37: 'TemplateModule' has no attribute '_p'"},
    {"import has no context", "{% import 'macros.html' as m %}{{ m.ctx() }}",
     "!macros.html:1:65: 'n' is undefined"},
    {"import with context", "{% import 'macros.html' as m with context %}{{ m.ctx() }}", "42"},
    {"from import", "{% from 'macros.html' import b, v as w %}{{ b(w) }}", "<b>5</b>"},
    {"from import nothing", "{% from 'macros.html' import nope %}{{ nope }}",
     "!t:1:40: the imported template has no 'nope'"},
    {"out by ..", "{% include '../secret.html' %}",
     "!t:1:4: there is no template '../secret.html'"},
    {"out by .. inside", "{% include 'x/../../secret.html' %}",
     "!t:1:4: there is no template 'x/../../secret.html'"},
    {"out by /", "{% include '/etc/passwd' %}", "!t:1:4: there is no template '/etc/passwd'"},
    {"out by a link", "{% include 'link.html' %}", "!t:1:4: there is no template 'link.html'"},
    {"out by a linked folder", "{% include 'linked/secret.html' %}",
     "!t:1:4: there is no template 'linked/secret.html'"},
    {"a folder", "{% include '.' %}", "!t:1:4: there is no template '.'"},
    {"a pipe", "{% include 'fifo.html' %}", "!t:1:4: there is no template 'fifo.html'"},
};

static void one_file(void **state)
{
    const struct row *r = *state;
    HN_ARENA a = hn_arena_new();
    struct tpl_opts o = {.now = NOW};
    struct tpl_loader *l = loader(false);
    const char *first = render(a, l, "t", r->text, from_json(a, CTX), &o);
    const char *again = render(a, l, "t", r->text, from_json(a, CTX), &o);

    assert_string_equal(first, r->out);
    assert_string_equal(again, r->out); /* from the cache */
    tpl_loader_free(l);
}

static void changed_file(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct tpl_opts o = {.now = NOW};
    struct tpl_loader *kept = loader(false);
    struct tpl_loader *fresh = loader(true);

    (void)state;
    put("in/change.html", "one");
    assert_string_equal(render(a, kept, "change.html", NULL, NULL, &o), "one");
    assert_string_equal(render(a, fresh, "change.html", NULL, NULL, &o), "one");
    put("in/change.html", "second");
    assert_string_equal(render(a, kept, "change.html", NULL, NULL, &o), "one");
    assert_string_equal(render(a, fresh, "change.html", NULL, NULL, &o), "second");
    assert_string_equal(render(a, fresh, "nosuch.html", NULL, NULL, &o),
                        "!there is no template 'nosuch.html'");
    tpl_loader_free(kept);
    tpl_loader_free(fresh);
}

struct job {
    struct tpl_loader *l;
    int good;
};

static void *render_many(void *arg)
{
    struct job *j = arg;
    HN_ARENA a = hn_arena_new();
    struct tpl_opts o = {.now = NOW};

    for (int i = 0; i < 200; i++) {
        struct tpl_val *ctx = tpl_map(a);
        struct hn_sbuf b;
        struct hn_err e = {0};

        tpl_set_i64(ctx, "n", i);
        hn_sbuf_init(&b, a, 1000);
        j->good += tpl_render(j->l, "page.html", ctx, &o, &b, &e) == HN_OK &&
                   hn_streq(hn_sbuf_text(&b), hn_arena_fmt(a, "<page mid base|%d|cT>", i));
        hn_arena_reset(a);
    }
    return NULL;
}

static void many_threads(void **state)
{
    struct tpl_loader *l = loader(true);
    struct job jobs[4];
    pthread_t t[4];

    (void)state;
    for (int i = 0; i < 4; i++) {
        jobs[i] = (struct job){.l = l};
        assert_int_equal(pthread_create(&t[i], NULL, render_many, &jobs[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(t[i], NULL), 0);
        assert_int_equal(jobs[i].good, 200);
    }
    tpl_loader_free(l);
}

/* ---- all ------------------------------------------------------------------------------------ */

static struct CMUnitTest all[400];
static size_t n_all;

static void add(const char *name, CMUnitTestFunction fn, const struct row *r)
{
    assert_true(n_all < HN_ARRAY_LEN(all));
    all[n_all++] = (struct CMUnitTest){name, fn, NULL, NULL, (void *)(uintptr_t)r};
}

#define ADD_ROWS(table, fn)                                                                        \
    for (size_t i = 0; i < HN_ARRAY_LEN(table); i++)                                               \
    add((table)[i].name, fn, &(table)[i])

int main(void)
{
    hn_i18n_japanese(false);
    ADD_ROWS(rows, one_row);
    ADD_ROWS(errors, one_row);
    ADD_ROWS(lenient, one_lenient);
    ADD_ROWS(hostile, one_hostile);
    ADD_ROWS(files, one_file);
    add("deep source", deep_source, NULL);
    add("deep chains", deep_chains, NULL);
    add("budget is kept", budget_is_kept, NULL);
    add("check compiles only", check_compiles_only, NULL);
    add("context made in C", built_context, NULL);
    add("changed file", changed_file, NULL);
    add("many threads", many_threads, NULL);
    return _cmocka_run_group_tests("tpl", all, n_all, make_folder, remove_folder);
}
