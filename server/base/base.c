/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/base.h"

void hn_assert_fail(const char *expr, const char *file, int line)
{
    (void)fprintf(stderr, "level=fatal msg=\"assertion failed\" expr=\"%s\" at=%s:%d\n", expr, file,
                  line);
    abort();
}
