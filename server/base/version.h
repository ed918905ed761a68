/* SPDX-License-Identifier: Apache-2.0 */
/* version.h — the product's version, semver. */
#ifndef HN_VERSION_H
#define HN_VERSION_H

#define HN_VERSION "0.1.0"

#endif
