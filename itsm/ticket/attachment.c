/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/attachment.h"
#include "itsm/ticket/act.h"
#include "itsm/ticket/attachment_store.h"
#include "server/base/parse.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <strings.h>

/* ---- what the bytes are ---- */

#define MAGIC(s) s, sizeof(s) - 1
static const struct {
    size_t at;
    const char *bytes;
    size_t n;
    const char *type; /* NULL: an executable */
} magics[] = {
    {0, MAGIC("MZ"), NULL}, /* Windows, DOS */
    {0,
     MAGIC("\x7F"
           "ELF"),
     NULL},
    {0, MAGIC("\xFE\xED\xFA\xCE"), NULL}, /* Mach-O */
    {0, MAGIC("\xFE\xED\xFA\xCF"), NULL},
    {0, MAGIC("\xCE\xFA\xED\xFE"), NULL},
    {0, MAGIC("\xCF\xFA\xED\xFE"), NULL},
    {0, MAGIC("\xCA\xFE\xBA\xBE"), NULL},                 /* Java class, fat Mach-O */
    {0, MAGIC("#!"), NULL},                               /* script */
    {0, MAGIC("\x4C\x00\x00\x00\x01\x14\x02\x00"), NULL}, /* Windows shortcut */
    {0, MAGIC("dex\n"), NULL},
    {0,
     MAGIC("\x00"
           "asm"),
     NULL},
    {0, MAGIC("%PDF-"), "application/pdf"},
    {0, MAGIC("\x89PNG\r\n\x1A\n"), "image/png"},
    {0, MAGIC("\xFF\xD8\xFF"), "image/jpeg"},
    {0, MAGIC("GIF87a"), "image/gif"},
    {0, MAGIC("GIF89a"), "image/gif"},
    {8, MAGIC("WEBP"), "image/webp"},
    {0, MAGIC("II*\x00"), "image/tiff"},
    {0, MAGIC("MM\x00*"), "image/tiff"},
    {0, MAGIC("BM"), "image/bmp"},
    {4, MAGIC("ftyp"), "video/mp4"},
    {0, MAGIC("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "application/x-ole-storage"},
    {0, MAGIC("PK\x03\x04"), "application/zip"},
    {0, MAGIC("PK\x05\x06"), "application/zip"},
    {0, MAGIC("\x1F\x8B"), "application/gzip"},
    {0, MAGIC("7z\xBC\xAF\x27\x1C"), "application/x-7z-compressed"},
    {0, MAGIC("\xD4\xC3\xB2\xA1"), "application/vnd.tcpdump.pcap"},
    {0, MAGIC("\x0A\x0D\x0D\x0A"), "application/vnd.tcpdump.pcap"},
};

/* What a name's ending promises. A NULL type is never taken. */
static const struct {
    const char *ending;
    const char *content; /* what the bytes must be */
    const char *type;    /* what it is then called */
} endings[] = {
    {"pdf", "application/pdf", "application/pdf"},
    {"png", "image/png", "image/png"},
    {"jpg", "image/jpeg", "image/jpeg"},
    {"jpeg", "image/jpeg", "image/jpeg"},
    {"gif", "image/gif", "image/gif"},
    {"webp", "image/webp", "image/webp"},
    {"tif", "image/tiff", "image/tiff"},
    {"tiff", "image/tiff", "image/tiff"},
    {"bmp", "image/bmp", "image/bmp"},
    {"mp4", "video/mp4", "video/mp4"},
    {"docx", "application/zip",
     "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"xlsx", "application/zip",
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"pptx", "application/zip",
     "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"odt", "application/zip", "application/vnd.oasis.opendocument.text"},
    {"ods", "application/zip", "application/vnd.oasis.opendocument.spreadsheet"},
    {"doc", "application/x-ole-storage", "application/msword"},
    {"xls", "application/x-ole-storage", "application/vnd.ms-excel"},
    {"ppt", "application/x-ole-storage", "application/vnd.ms-powerpoint"},
    {"msg", "application/x-ole-storage", "application/vnd.ms-outlook"},
    {"zip", "application/zip", "application/zip"},
    {"gz", "application/gzip", "application/gzip"},
    {"7z", "application/x-7z-compressed", "application/x-7z-compressed"},
    {"pcap", "application/vnd.tcpdump.pcap", "application/vnd.tcpdump.pcap"},
    {"pcapng", "application/vnd.tcpdump.pcap", "application/vnd.tcpdump.pcap"},
    {"txt", "text/plain", "text/plain"},
    {"log", "text/plain", "text/plain"},
    {"csv", "text/plain", "text/csv"},
    {"json", "text/plain", "application/json"},
    {"eml", "text/plain", "message/rfc822"},
};
static const char *const never[] = {"exe", "dll", "com", "scr", "bat",  "cmd",  "ps1", "vbs",
                                    "vbe", "js",  "jse", "wsf", "hta",  "msi",  "jar", "lnk",
                                    "cpl", "reg", "sh",  "py",  "docm", "xlsm", "pptm"};

/* Text in UTF-8 or CP932 without NUL; other control characters than layout make it binary. */
static bool is_text(struct hn_bytes d)
{
    for (size_t i = 0; i < d.n; i++)
        if (d.p[i] < 0x20 && strchr("\t\n\r\f\x1B", d.p[i]) == NULL)
            return false;
    for (size_t i = 0; i < d.n; i++)
        if (d.p[i] == 0)
            return false;
    return true;
}

static const char *ending_of(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot == NULL || dot == name ? "" : dot + 1;
}

static bool holds(struct hn_bytes d, const char *s)
{
    return memmem(d.p, d.n, s, strlen(s)) != NULL;
}

enum hn_code ticket_file_sniff(const char *name, struct hn_bytes d, const char **type,
                               struct hn_err *e)
{
    const char *ending = ending_of(name);
    const char *content = NULL;

    for (size_t i = 0; i < HN_ARRAY_LEN(magics) && content == NULL; i++) {
        if (d.n < magics[i].at + magics[i].n ||
            memcmp(d.p + magics[i].at, magics[i].bytes, magics[i].n) != 0)
            continue;
        if (magics[i].n == 2 && magics[i].bytes[0] != '#' && is_text(d))
            continue; /* a text may well begin with two such letters */
        if (magics[i].type == NULL)
            return hn_fail(e, HN_E_UNSUPPORTED,
                           "\"%.100s\" is a program by its content; programs are not taken", name);
        content = magics[i].type;
    }
    if (content == NULL && is_text(d))
        content = "text/plain";
    for (size_t i = 0; i < HN_ARRAY_LEN(never); i++)
        if (strcasecmp(ending, never[i]) == 0)
            return hn_fail(e, HN_E_UNSUPPORTED,
                           "files ending in .%s are not taken, because they can run", never[i]);
    if (content == NULL)
        return hn_fail(e, HN_E_UNSUPPORTED,
                       "what \"%.100s\" contains is not a kind of file that is taken here (PDF, "
                       "image, Office, text, archive)",
                       name);
    for (size_t i = 0; i < HN_ARRAY_LEN(endings); i++) {
        if (strcasecmp(ending, endings[i].ending) != 0)
            continue;
        if (!hn_streq(endings[i].content, content) ||
            (hn_streq(content, "application/zip") && strcasecmp(ending, "zip") != 0 &&
             !holds(d, "[Content_Types].xml") && !holds(d, "mimetype")))
            return hn_fail(e, HN_E_UNSUPPORTED,
                           "\"%.100s\" is not what its name says: the content is %s", name,
                           content);
        *type = endings[i].type;
        return HN_OK;
    }
    *type = content;
    return HN_OK;
}

/* ---- names ---- */

/* Code points that no name may hold: controls, C1, and what turns or hides the reading direction.
 */
static bool bad_point(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x200B || (c >= 0x200E && c <= 0x200F) ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

static size_t point_at(const char *s, uint32_t *c)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;

    *c = n == 1 ? p[0] : p[0] & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++)
        *c = *c << 6 | (p[i] & 0x3Fu);
    return n;
}

const char *ticket_file_name(struct hn_arena *a, const char *name)
{
    struct hn_sbuf b;
    const char *ending;
    const char *base = name;
    size_t kept = 0;
    size_t total;

    for (const char *p = name; *p != '\0'; p++)
        if (*p == '/' || *p == '\\')
            base = p + 1;
    if (!hn_utf8_valid(base, strlen(base)))
        return "file";
    while (*base == '.' || *base == ' ')
        base++;
    total = hn_utf8_len(base);
    ending = ending_of(base);
    hn_sbuf_init(&b, a, 4 * TICKET_FILE_NAME_MAX + 64);
    while (*base != '\0') {
        uint32_t c;
        size_t n = point_at(base, &c);
        /* A name that is too long loses its middle: the ending says what it is. */
        bool room = total <= TICKET_FILE_NAME_MAX ||
                    kept + 1 + hn_utf8_len(ending) < TICKET_FILE_NAME_MAX || base >= ending - 1;

        if (!bad_point(c) && room) {
            if (c < 0x80 && strchr(":*?\"<>|", (int)c) != NULL)
                hn_sbuf_chr(&b, '_');
            else
                hn_sbuf_mem(&b, base, n);
            kept++;
        }
        base += n;
    }
    if (kept > TICKET_FILE_NAME_MAX || kept == 0)
        return "file";
    return hn_sbuf_text(&b);
}

/* ---- the act ---- */

enum hn_code ticket_attach(struct db *db, struct hn_arena *a, const struct actor *by,
                           int64_t ticket_id, const char *name, struct hn_bytes data,
                           bool is_public, hn_instant now, int64_t *id, struct hn_err *e)
{
    HN_CLEANUP(ticket_act_end)
    struct ticket_act x = {.db = db, .arena = a, .by = by, .now = now, .quiet = true};
    struct ticket_attachment f = {.ticket_id = ticket_id, .size = (int64_t)data.n, .at = now};
    unsigned char sha[EVP_MAX_MD_SIZE];
    char hex[65];
    struct hn_sbuf b;
    struct hn_jw w;

    if (data.n == 0)
        return hn_fail_field(e, "file", "the file is empty");
    if (data.n > TICKET_FILE_MAX)
        return hn_fail(e, HN_E_LIMIT, "a file may have at most 20 MB");
    f.name = ticket_file_name(a, name);
    f.by_id = by->account_id;
    if (ticket_file_sniff(f.name, data, &f.type, e) != HN_OK)
        return e->code;
    if (EVP_Digest(data.p, data.n, sha, NULL, EVP_sha256(), NULL) != 1)
        return hn_fail(e, HN_E_INTERNAL, "the file's hash could not be made");
    for (size_t i = 0; i < 32; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", sha[i]);
    hn_sbuf_init(&b, a, 4000);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    hn_jw_text(&w, "name", f.name);
    hn_jw_text(&w, "type", f.type);
    hn_jw_i64(&w, "size", f.size);
    hn_jw_text(&w, "sha256", hex);
    hn_jw_end_object(&w);
    x.after = hn_sbuf_text(&b);
    if (ticket_act_begin(&x, ticket_id, 0, e) != HN_OK ||
        ticket_act_entry(&x,
                         (struct ticket_entry_in){.kind = TICKET_ENTRY_ATTACHMENT,
                                                  .internal = !is_public,
                                                  .to_value = f.name,
                                                  .data = x.after},
                         &f.entry_id, e) != HN_OK ||
        ticket_store_attachment_add(db, &f, (struct hn_bytes){sha, 32}, data, id, e) != HN_OK)
        return hn_ctx(e, "attach to ticket %" PRId64, ticket_id);
    if (is_public)
        ticket_act_respond(&x);
    return ticket_act_commit(&x, "ticket.attach", NULL, e);
}
