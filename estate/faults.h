/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults.h — what is broken in the sample estate, kept in STATE/estate-faults (one line a fault:
 * device, fault, time) so that a simulator that is started again has the same faults.
 */
#ifndef ESTATE_FAULTS_H
#define ESTATE_FAULTS_H

#include "estate/estate.h"
#include "server/base/instant.h"

#define FAULTS_MAX 4096
struct fault_line {
    size_t device; /* index */
    enum estate_fault fault;
    hn_instant since;
};
struct faults {
    struct fault_line v[FAULTS_MAX];
    size_t n;
};

/* A missing file is none; lines that say nothing known are left out. */
void faults_read(const char *state, const struct estate *s, struct faults *out);
HN_MUST_USE enum hn_code faults_write(const char *state, const struct estate *s,
                                      const struct faults *f, struct hn_err *e);
/* HN_E_INVALID names the faults that fit the device. */
HN_MUST_USE enum hn_code faults_break(struct faults *f, const struct estate *s, size_t device,
                                      const char *fault, hn_instant now, struct hn_err *e);
/* How many were taken away. */
size_t faults_mend(struct faults *f, size_t device);
/* Bits of its own faults; since: room for ESTATE_FAULT_COUNT, may be NULL. */
unsigned faults_of(const struct faults *f, size_t device, hn_instant *since);
/* dead[i]: the device answers nothing, by its own fault or because something before it is dead. */
void faults_dead(const struct faults *f, const struct estate *s, bool *dead);

#endif
