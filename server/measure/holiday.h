/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holiday.h — the national holidays of Japan (国民の祝日に関する法律, Act No. 178 of 1948), as a
 * pure function of the date, from the day the act came into force (1948-07-20) to 2099-12-31.
 *
 * Holds every amendment so far: 振替休日 (from 1973-04-12; since 2007 the next day that is not a
 * holiday), 国民の休日 (from 1985-12-27), the happy-Monday acts (2000, 2003), みどりの日 and
 * 昭和の日 (2007), 山の日 (2016), the moved days of 2020 and 2021, the change of reign in 2019, and
 * the single days of 1959, 1989, 1990, 1993 and 2019. The equinoxes are computed (the Cabinet
 * announces them a year ahead; the formula has agreed with every announcement so far).
 */
#ifndef MEASURE_HOLIDAY_H
#define MEASURE_HOLIDAY_H

#include "server/base/base.h"

/* The holiday's name in Japanese ("元日", "春分の日 振替休日", "休日"), NULL on other days. days:
 * since 1970-01-01. */
const char *holiday_jp(int64_t days);
/* The same for a date; NULL for a date that does not exist. */
const char *holiday_jp_on(int year, int month, int day);
/* Day of March or September; 0 outside 1900 to 2099. */
int holiday_equinox(int year, int month);

#endif
