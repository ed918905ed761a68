/* SPDX-License-Identifier: Apache-2.0 */
/* attachment_store.h — the SQL of files on tickets, for attachment.c. */
#ifndef ITSM_TICKET_ATTACHMENT_STORE_H
#define ITSM_TICKET_ATTACHMENT_STORE_H

#include "itsm/ticket/attachment.h"

HN_MUST_USE enum hn_code ticket_store_attachment_add(struct db *db,
                                                     const struct ticket_attachment *f,
                                                     struct hn_bytes sha256, struct hn_bytes data,
                                                     int64_t *id, struct hn_err *e);

#endif
