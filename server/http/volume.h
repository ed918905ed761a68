/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volume.h — whether a folder lies on an encrypted block device, as the kernel tells it: the device
 * of its file system is a dm-crypt target, or everything below it (LVM, RAID, a loop file's folder)
 * is. What lies on no block device of this machine (NFS, tmpfs, a container's overlay) is unknown.
 * Reads a handful of small files below /sys; nothing is kept.
 */
#ifndef HN_HTTP_VOLUME_H
#define HN_HTTP_VOLUME_H

#include "server/base/base.h"

#define VOLUME_STATES(X) X(UNKNOWN, "unknown") X(PLAIN, "no") X(ENCRYPTED, "yes")

enum volume_state {
#define X(e, w) VOLUME_##e,
    VOLUME_STATES(X)
#undef X
};

const char *volume_word(enum volume_state s);

/* sys, mountinfo: "/sys" and "/proc/self/mountinfo", or a test's own. */
enum volume_state volume_of(const char *path, const char *sys, const char *mountinfo);
/* The block device with this number, e.g. "253:0". */
enum volume_state volume_of_device(const char *number, const char *sys, const char *mountinfo);
/* paths: separated by commas. One plain makes PLAIN, else one unknown makes UNKNOWN. */
enum volume_state volume_of_all(const char *paths, const char *sys, const char *mountinfo);

#endif
