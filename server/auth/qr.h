/* SPDX-License-Identifier: Apache-2.0 */
/*
 * qr.h — a text as a QR code (ISO/IEC 18004), byte mode, error correction M, versions 1 to 12: up
 * to 287 bytes, which is more than a TOTP address needs. Made by us so that a secret never leaves
 * the program.
 */
#ifndef HN_QR_H
#define HN_QR_H

#include "server/base/arena.h"
#include "server/base/err.h"

#define QR_SIZE_MAX 65

struct qr {
    int size;                               /* modules a side */
    uint8_t dark[QR_SIZE_MAX][QR_SIZE_MAX]; /* [row][column] */
};

/* HN_E_LIMIT where the text is too long. */
HN_MUST_USE enum hn_code qr_encode(const char *text, struct qr *out, struct hn_err *e);
/* As an SVG with the quiet zone of four modules. title: for screen readers. */
const char *qr_svg(const struct qr *q, struct hn_arena *a, const char *title);

#endif
