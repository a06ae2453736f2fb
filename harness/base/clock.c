/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/clock.h"

#include <stdio.h>
#include <time.h>

int64_t ifb_clock_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t ifb_wall_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void ifb_iso_time(int64_t wall_ms, char out[IFB_ISO_SIZE])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm tm;
    char text[80] = "";

    if (gmtime_r(&seconds, &tm))
        snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
                 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                 (int)(wall_ms % 1000));
    memcpy(out, text, IFB_ISO_SIZE - 1);
    out[IFB_ISO_SIZE - 1] = '\0';
}

/* Days since 1970-01-01 in the Gregorian calendar; months from March, so that leap days come last. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month > 2 ? year : year - 1, m = (month + 9) % 12;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

bool ifb_iso_read(ifb_str iso, int64_t *wall_ms)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ";
    int64_t at[7] = { 0 }, days;
    char again[IFB_ISO_SIZE];
    size_t field = 0;

    if (iso.len != sizeof(form) - 1)
        return false;
    for (size_t i = 0; i < iso.len; i++) {
        bool digit = iso.ptr[i] >= '0' && iso.ptr[i] <= '9';

        if (form[i] == 'd' ? !digit : iso.ptr[i] != form[i])
            return false;
        if (digit)
            at[field] = at[field] * 10 + (iso.ptr[i] - '0');
        else
            field++;
    }
    days = days_of(at[0], at[1], at[2]);
    *wall_ms = (((days * 24 + at[3]) * 60 + at[4]) * 60 + at[5]) * 1000 + at[6];
    if (*wall_ms < 0)
        return false;
    ifb_iso_time(*wall_ms, again);
    return memcmp(again, iso.ptr, iso.len) == 0; /* the 31st of February is no day */
}
