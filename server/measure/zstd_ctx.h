/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zstd_ctx.h — this thread's zstd contexts: making one costs more than packing a chunk with it.
 * They are freed when the thread ends.
 */
#ifndef MEASURE_ZSTD_CTX_H
#define MEASURE_ZSTD_CTX_H

#include <zstd.h>

ZSTD_CCtx *zstd_ctx_pack(void);
ZSTD_DCtx *zstd_ctx_unpack(void);

#endif
