/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.h — PostgreSQL's binary forms, shared by the files of server/db: parameters out, cells in.
 */
#ifndef HN_DB_WIRE_H
#define HN_DB_WIRE_H

#include "server/db/db.h"

enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_OID = 26,
    OID_JSON = 114,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_BYTEA_ARRAY = 1001,
    OID_FLOAT8_ARRAY = 1022,
    OID_TEXT_ARRAY = 1009,
    OID_INT8_ARRAY = 1016,
    OID_VARCHAR = 1043,
    OID_TIMESTAMPTZ = 1184,
    OID_TIMESTAMPTZ_ARRAY = 1185,
    OID_JSONB = 3802
};

/* Parameters as libpq wants them; memory is the arena's. */
struct wire_params {
    Oid *type;
    const char **value;
    int *length;
    int *format;
};
void wire_params(struct hn_arena *a, const struct db_arg *args, size_t n, struct wire_params *out);

/* One cell into the struct member at dst. false: the column's type does not fit the member. */
bool wire_cell(struct hn_arena *a, enum db_type type, Oid oid, struct db_cell cell, void *dst);
/* Any integer type or timestamptz. */
bool wire_i64(Oid oid, struct db_cell cell, int64_t *out);

#endif
