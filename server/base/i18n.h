/* SPDX-License-Identifier: Apache-2.0 */
/*
 * i18n.h — messages in the user's language. English msgids; the Japanese catalogue is a gettext .mo
 * file made from locale/ja/ *.po by the build and read here (glibc's gettext would need a ja_JP
 * locale, which a fresh Debian lacks).
 */
#ifndef HN_I18N_H
#define HN_I18N_H

#include "server/base/base.h"

/* Loads the catalogue (a .mo file); a missing or broken file leaves English and returns false.
 * Call once at start, before threads. */
bool hn_i18n_load(const char *path);
/* Language of this thread's messages: true (the default) Japanese, false English. */
void hn_i18n_japanese(bool on);

/* The message in the thread's language; msgid itself where the catalogue has none. */
const char *hn_tr(const char *msgid) __attribute__((format_arg(1)));
/* A length of time (>= 0) to the second, as "1時間2分3秒"; buf: HN_TR_SPAN_MAX. Returns buf. */
#define HN_TR_SPAN_MAX 100
const char *hn_tr_span(int64_t seconds, char buf[HN_TR_SPAN_MAX]);
/* Marks a msgid in a table for extraction; translated where it is shown. */
#define HN_N(s) s

#endif
