/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h — monthly reports: rendered, reviewed, approved, frozen.
 *
 *   rendering → draft → in_review → submitted → approved
 *        ↘ failed        ↘──────── sent_back ↙ (a new edition is rendered)
 *
 * An edition's three files (HTML, PDF, XLSX) are made from one context, stored with their SHA-256,
 * and never change. The PDF is made of the stored HTML alone, so that it may follow later (the
 * sample history's does, for thirteen take minutes) and still say the same. Approval (ward IT,
 * another person than who submitted) closes the month: the figures are frozen with the edition
 * (sla_close_month()), and only if they still are what the files say. Acts after that make a draft
 * of the next edition, with a table of what differs.
 */
#ifndef ITSM_REPORT_H
#define ITSM_REPORT_H

#include "itsm/sla/sla.h"

#define REPORT_STATES(X)                                                                           \
    X(RENDERING, "rendering", HN_N("Being made"))                                                  \
    X(DRAFT, "draft", HN_N("Draft"))                                                               \
    X(IN_REVIEW, "in_review", HN_N("In review"))                                                   \
    X(SUBMITTED, "submitted", HN_N("Submitted"))                                                   \
    X(APPROVED, "approved", HN_N("Approved"))                                                      \
    X(SENT_BACK, "sent_back", HN_N("Sent back"))                                                   \
    X(FAILED, "failed", HN_N("Rendering failed"))
enum report_state {
#define X(e, w, m) REPORT_##e,
    REPORT_STATES(X)
#undef X
        REPORT_STATE_COUNT
};
const char *report_state_label(const char *word); /* translated */

enum report_format { REPORT_HTML, REPORT_PDF, REPORT_XLSX, REPORT_FORMATS };
extern const char *const report_format_words[]; /* "html", "pdf", "xlsx", NULL */
extern const char *const report_format_types[];

struct report_row {
    int64_t id;
    const char *type;
    const char *month;
    int edition;
    const char *state;
    const char *error;   /* of a failed one */
    const char *summary; /* the author's analysis */
    const char *reason;  /* why a new edition */
    int64_t as_of;
    const char *context; /* JSON: the figures that the files were made from */
    int64_t created_by;
    const char *creator;
    int64_t created_at;
    int64_t rendered_at;
    int64_t submitted_by;
    const char *submitter;
    int64_t submitted_at;
    int64_t approved_by;
    const char *approver;
    int64_t approved_at;
    int64_t version;
};
struct report_step {
    const char *from_state;
    const char *to_state;
    int64_t by_id;
    const char *by_name;
    int64_t at;
    const char *comment;
};
struct report_remark {
    int64_t id;
    const char *block;
    const char *figure;
    const char *text;
    const char *by_name;
    int64_t at;
    int64_t settled_at;
    const char *settled_by;
};
struct report_file {
    const char *format;
    const char *sha256; /* hexadecimal */
    int64_t size;
    struct hn_bytes data;
};

HN_MUST_USE enum hn_code report_list(struct db *db, struct hn_arena *a, const char *type,
                                     const char *month, int64_t after, int64_t limit,
                                     const struct report_row **out, size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code report_get(struct db *db, struct hn_arena *a, int64_t id,
                                    struct report_row *out, struct hn_err *e);
HN_MUST_USE enum hn_code report_steps(struct db *db, struct hn_arena *a, int64_t id,
                                      const struct report_step **out, size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code report_remarks(struct db *db, struct hn_arena *a, int64_t id,
                                        const struct report_remark **out, size_t *n,
                                        struct hn_err *e);
/* HN_E_CONFLICT before `draft`, and while a PDF that follows later is not there yet. */
HN_MUST_USE enum hn_code report_file(struct db *db, struct hn_arena *a, int64_t id,
                                     const char *format, struct report_file *out, struct hn_err *e);

/* Queues the next edition (or a draft's own again): state rendering. HN_E_INVALID: the month has
 * not ended, or there is no such report yet. HN_E_CONFLICT: an edition is under review. */
HN_MUST_USE enum hn_code report_create(struct db *db, struct hn_arena *a, const struct actor *who,
                                       const char *type, struct hn_month month, const char *reason,
                                       hn_instant now, int64_t *id, struct hn_err *e);
HN_MUST_USE enum hn_code report_transition(struct db *db, struct hn_arena *a,
                                           const struct actor *who, int64_t id, const char *to,
                                           const char *comment, int64_t seen_version,
                                           hn_instant now, struct hn_err *e);
HN_MUST_USE enum hn_code report_set_summary(struct db *db, struct hn_arena *a,
                                            const struct actor *who, int64_t id, const char *text,
                                            int64_t seen_version, hn_instant now, struct hn_err *e);
HN_MUST_USE enum hn_code report_add_remark(struct db *db, struct hn_arena *a,
                                           const struct actor *who, int64_t id, const char *block,
                                           const char *figure, const char *text, hn_instant now,
                                           struct hn_err *e);
HN_MUST_USE enum hn_code report_settle_remark(struct db *db, struct hn_arena *a,
                                              const struct actor *who, int64_t id,
                                              int64_t remark_id, hn_instant now, struct hn_err *e);

/* Where templates and scratch files are: set once at the start of work and of the command. */
struct report_places {
    const char *templates; /* folder */
    const char *state;     /* scratch below it */
    const char *base_url;  /* of the links */
};
void report_set_places(const struct report_places *p);

/* Renders one edition's files; the row must be `rendering`. Failure is recorded in the row. Without
 * the PDF it is left to report_render_pdf(), by the task below or by whoever needs it first. */
enum report_pdf { REPORT_PDF_NOW, REPORT_PDF_LATER };
HN_MUST_USE enum hn_code report_render(struct db *db, struct hn_arena *a, int64_t id,
                                       enum report_pdf pdf, hn_instant now, struct hn_err *e);
/* Makes and stores the PDF of an edition that has its HTML; nothing where it is there already. */
HN_MUST_USE enum hn_code report_render_pdf(struct db *db, struct hn_arena *a, int64_t id,
                                           hn_instant now, struct hn_err *e);
/* The task of `hinomi work`: renders one waiting edition, or else one PDF that is missing. */
enum hn_code report_task(struct db *db, struct hn_arena *a, hn_instant now, bool *again,
                         struct hn_err *e);

extern const struct hn_module report_module;

#endif
