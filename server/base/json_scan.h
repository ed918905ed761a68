/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_scan.h — tells whether bytes are one JSON text by the letter of RFC 8259: the json-c
 * tokener, strict mode included, lets NaN, bare control bytes and other things pass. Base library
 * only.
 */
#ifndef HN_JSON_SCAN_H
#define HN_JSON_SCAN_H

#include "server/base/base.h"

enum hn_json_flaw { HN_JSON_FINE, HN_JSON_SYNTAX, HN_JSON_TOO_DEEP, HN_JSON_NOT_UTF8 };

/* *at: the byte (from 0) at which the text stops being JSON. */
enum hn_json_flaw hn_json_scan(const char *p, size_t n, unsigned max_depth, size_t *at);

#endif
