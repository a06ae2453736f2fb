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
