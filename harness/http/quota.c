/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/http/quota.h"

#include <stdio.h>
#include <strings.h>
#include <time.h>

#include "harness/base/str.h"

#define EPOCH_LEAST 1e9               /* seconds: a number above is a date */
#define RESET_MAX_MS ((double)24 * 3600 * 1000)

static const struct {
    ifb_str name;
    double ms;
} units[] = { { IFB_STR_INIT("ms"), 1 },      { IFB_STR_INIT("s"), 1000 },
              { IFB_STR_INIT("m"), 60000 },   { IFB_STR_INIT("h"), 3600000 },
              { IFB_STR_INIT("d"), 86400000 } };

static int64_t bounded(double ms)
{
    if (ms > RESET_MAX_MS)
        ms = RESET_MAX_MS;
    return ms < 0 ? 0 : (int64_t)(ms + 0.999);
}

/* A number and its unit off the front of *s. */
static bool take_part(ifb_str *s, double *ms)
{
    size_t digits = 0;
    double n;

    while (digits < s->len && ((s->ptr[digits] >= '0' && s->ptr[digits] <= '9') ||
                               s->ptr[digits] == '.'))
        digits++;
    if (!ifb_str_real(ifb_str_part(*s, 0, digits), &n))
        return false;
    *s = ifb_str_from(*s, digits);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (ifb_str_starts(*s, units[i].name)) {
            *s = ifb_str_from(*s, units[i].name.len);
            *ms += n * units[i].ms;
            return true;
        }
    return false;
}

static int64_t read_duration(ifb_str value)
{
    double ms = 0;

    while (value.len)
        if (!take_part(&value, &ms))
            return -1;
    return bounded(ms);
}

static int64_t read_date(ifb_str value, int64_t wall_ms)
{
    struct tm tm = { 0 };
    char text[40];
    int sign = 0, hours = 0, minutes = 0, used = 0;

    if (value.len >= sizeof(text))
        return -1;
    memcpy(text, value.ptr, value.len);
    text[value.len] = '\0';
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
               &tm.tm_min, &tm.tm_sec, &used) != 6)
        return -1;
    used += (int)strspn(text + used, ".0123456789");
    if (sscanf(text + used, "%*1[+-]%2d:%2d", &hours, &minutes) == 2)
        sign = text[used] == '-' ? -1 : 1;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    return bounded((double)timegm(&tm) * 1000 - sign * (hours * 60 + minutes) * 60000.0 -
                   (double)wall_ms);
}

int64_t ifb_quota_reset_ms(ifb_str value, int64_t wall_ms)
{
    double n;

    value = ifb_str_trim_ascii(value);
    if (!value.len)
        return -1;
    if (ifb_str_real(value, &n))
        return bounded(n > EPOCH_LEAST ? n * 1000 - (double)wall_ms : n * 1000);
    if (ifb_str_chr(value, 'T', 0) != SIZE_MAX)
        return read_date(value, wall_ms);
    return read_duration(value);
}

static bool is_quota(ifb_str name)
{
    static const ifb_str prefixes[] = { IFB_STR_INIT("x-ratelimit-"),
                                        IFB_STR_INIT("anthropic-ratelimit-"),
                                        IFB_STR_INIT("ratelimit-") };

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (name.len > prefixes[i].len &&
            strncasecmp(name.ptr, prefixes[i].ptr, prefixes[i].len) == 0)
            return true;
    return false;
}

/* Header names are ASCII, of any case. */
static bool has_word(ifb_str name, const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i + len <= name.len; i++)
        if (strncasecmp(name.ptr + i, word, len) == 0)
            return true;
    return false;
}

void ifb_quota_header(struct ifb_quota *q, ifb_str name, ifb_str value, int64_t wall_ms)
{
    enum ifb_quota_kind kind = has_word(name, "token") ? IFB_QUOTA_TOKENS : IFB_QUOTA_REQUESTS;
    double n;

    if (!is_quota(name))
        return;
    if (has_word(name, "remaining") && ifb_str_real(ifb_str_trim_ascii(value), &n)) {
        q->of[kind].exhausted |= n <= 0;
    } else if (has_word(name, "reset")) {
        int64_t ms = ifb_quota_reset_ms(value, wall_ms);

        /* Anthropic counts tokens in three ways: the longest wait is the one that helps. */
        if (ms >= 0 && (!q->of[kind].has_reset || ms > q->of[kind].reset_ms))
            q->of[kind].reset_ms = ms;
        q->of[kind].has_reset |= ms >= 0;
    }
}

int64_t ifb_quota_wait(const struct ifb_quota *q)
{
    int64_t longest = -1, earliest = -1;

    for (int i = 0; i < IFB_QUOTA_KINDS; i++) {
        int64_t ms = q->of[i].reset_ms;

        if (!q->of[i].has_reset)
            continue;
        if (q->of[i].exhausted && ms > longest)
            longest = ms;
        if (earliest < 0 || ms < earliest)
            earliest = ms;
    }
    return longest >= 0 ? longest : earliest;
}
