/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attachment.h — files on a ticket.
 *
 * What a file is, its bytes say, not its name: an executable is refused whatever it is called, a
 * name that promises one kind (report.pdf) and bytes of another are refused as well, and only kinds
 * that the desk works with are taken. Names are cut to what any system can store and show. A file
 * is never changed or removed; its SHA-256 stands beside it. It is always sent as a download.
 */
#ifndef ITSM_TICKET_ATTACHMENT_H
#define ITSM_TICKET_ATTACHMENT_H

#include "itsm/ticket/ticket.h"

#define TICKET_FILE_MAX ((size_t)20 * 1024 * 1024)
#define TICKET_FILE_NAME_MAX 100 /* code points */

struct ticket_attachment {
    int64_t id;
    int64_t ticket_id;
    int64_t entry_id;
    const char *name;
    const char *type;
    int64_t size;
    const char *sha256; /* hexadecimal */
    int64_t by_id;
    const char *by_name;
    hn_instant at;
    bool is_public; /* as its entry */
};

/* The media type by content (and the name's ending among kinds that share a container).
 * HN_E_UNSUPPORTED with the reason. */
HN_MUST_USE enum hn_code ticket_file_sniff(const char *name, struct hn_bytes data,
                                           const char **type, struct hn_err *e);
/* No path, no control or direction characters, no characters that file systems refuse, no leading
 * dot, at most TICKET_FILE_NAME_MAX; "file" where nothing is left. The ending stays. */
const char *ticket_file_name(struct hn_arena *a, const char *name);

HN_MUST_USE enum hn_code ticket_attach(struct db *db, struct hn_arena *a, const struct actor *by,
                                       int64_t ticket_id, const char *name, struct hn_bytes data,
                                       bool is_public, hn_instant now, int64_t *id,
                                       struct hn_err *e);
HN_MUST_USE enum hn_code ticket_attachments(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                            struct ticket_attachment **out, size_t *n,
                                            struct hn_err *e);
HN_MUST_USE enum hn_code ticket_attachment_get(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                               int64_t id, struct ticket_attachment *out,
                                               struct hn_bytes *data, struct hn_err *e);

#endif
