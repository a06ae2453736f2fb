/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/say.h"

#include <math.h>
#include <stdio.h>

#include "harness/base/str.h"

struct ifb_said ifb_say_real(double value, int decimals)
{
    struct ifb_said s;

    if (isnan(value)) {
        snprintf(s.text, sizeof(s.text), "n/a");
        return s;
    }
    if (fabs(value) > 1e15)
        snprintf(s.text, sizeof(s.text), "%.3e", value);
    else
        snprintf(s.text, sizeof(s.text), "%.*f", decimals, value);
    for (char *p = s.text; *p; p++)
        if (*p == ',')
            *p = '.'; /* an embedding program's locale */
    return s;
}

struct ifb_said ifb_say_percent(double value, int decimals)
{
    return ifb_say_real(value * 100, decimals);
}

struct ifb_said ifb_say_share(int64_t hits, int64_t n, int decimals)
{
    return ifb_say_percent(n > 0 ? (double)hits / (double)n : (double)NAN, decimals);
}

struct ifb_said ifb_say_count(int64_t n)
{
    struct ifb_said s;
    char digits[IFB_SAY_SIZE];
    size_t len, out = 0;

    len = (size_t)snprintf(digits, sizeof(digits), "%lld", (long long)n);
    for (size_t i = 0; i < len; i++) {
        if (i && digits[i - 1] != '-' && (len - i) % 3 == 0)
            s.text[out++] = ',';
        s.text[out++] = digits[i];
    }
    s.text[out] = '\0';
    return s;
}

static struct ifb_said with_unit(struct ifb_said s, const char *unit)
{
    struct ifb_said out;

    snprintf(out.text, sizeof(out.text), "%.30s %s", s.text, unit);
    return out;
}

struct ifb_said ifb_say_ms(double ms)
{
    if (isnan(ms) || ms < 0)
        return ifb_say_real((double)NAN, 0);
    if (ms < 1000)
        return with_unit(ifb_say_real(ms, 0), "ms");
    return with_unit(ifb_say_real(ms / 1000, ms < 10000 ? 2 : 1), "s");
}

struct ifb_said ifb_say_seconds(double seconds)
{
    struct ifb_said s;
    long long whole;

    if (isnan(seconds) || seconds < 0 || seconds > 1e12)
        return ifb_say_real((double)NAN, 0);
    if (seconds < 60)
        return with_unit(ifb_say_real(seconds, 1), "s");
    whole = (long long)(seconds + 0.5);
    if (whole < 3600)
        snprintf(s.text, sizeof(s.text), "%lld min %02lld s", whole / 60, whole % 60);
    else
        snprintf(s.text, sizeof(s.text), "%lld h %02lld min", whole / 3600, whole % 3600 / 60);
    return s;
}

const char *ifb_say_plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

const char *ifb_say_outcome(enum ifb_outcome outcome)
{
    switch (outcome) {
    case IFB_FAIL: return "fail";
    case IFB_PASS: return "pass";
    case IFB_ERROR: return "error";
    case IFB_UNSCORED: break;
    }
    return "unscored";
}

bool ifb_is_proportion(const struct ifb_metric_value *m)
{
    return ifb_str_is(m->unit, "proportion");
}

/* Units that only come whole. */
static bool is_count(const struct ifb_metric_value *m)
{
    return ifb_str_is(m->unit, "judgments") || ifb_str_is(m->unit, "characters");
}

static bool is_percent(const struct ifb_metric_value *m)
{
    return ifb_str_is(m->unit, "percent");
}

double ifb_share_of(const struct ifb_metric_value *m, double x)
{
    return ifb_is_proportion(m) ? x : is_percent(m) ? x / 100 : (double)NAN;
}

struct ifb_said ifb_say_hits(const struct ifb_metric_value *m, const char *slash)
{
    struct ifb_said s;
    long long n = m->n;

    if (m->hits >= 0)
        snprintf(s.text, sizeof(s.text), "%lld%s%lld", (long long)m->hits, slash, n);
    else if (m->unscored)
        snprintf(s.text, sizeof(s.text), "%lld of %lld", n, n + (long long)m->unscored);
    else
        snprintf(s.text, sizeof(s.text), "%lld", n);
    return s;
}

struct ifb_said ifb_say_metric(const struct ifb_metric_value *m)
{
    if (isnan(m->value))
        return ifb_say_real(m->value, 0);
    if (ifb_is_proportion(m))
        return with_unit(ifb_say_percent(m->value, 2), "%");
    if (is_percent(m))
        return with_unit(ifb_say_real(m->value, 2), "%");
    if (is_count(m) && fabs(m->value) < 1e15)
        return ifb_say_count((int64_t)m->value);
    return ifb_say_real(m->value, 4);
}

struct ifb_said ifb_say_part(const struct ifb_metric_value *m)
{
    return ifb_say_real(ifb_is_proportion(m) ? m->value * 100 : m->value, 2);
}

struct ifb_said ifb_say_interval(const struct ifb_metric_value *m)
{
    bool share = ifb_is_proportion(m) || is_percent(m);
    double scale = is_percent(m) ? 0.01 : 1;
    struct ifb_said lo, hi, s;

    if (isnan(m->lo) || isnan(m->hi))
        return ifb_say_real((double)NAN, 0);
    lo = share ? ifb_say_percent(m->lo * scale, 1) : ifb_say_real(m->lo, 4);
    hi = share ? ifb_say_percent(m->hi * scale, 1) : ifb_say_real(m->hi, 4);
    snprintf(s.text, sizeof(s.text), "%.18s to %.18s%s", lo.text, hi.text, share ? " %" : "");
    return s;
}
