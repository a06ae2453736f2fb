/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scores.csv: a row for each sample and constraint (one row, with empty
 * constraint columns, for a sample that has none). RFC 4180, lines end in CRLF.
 * Empty numbers are unknown ones.
 */
#include <ifbench/report.h>

#include "reports/escape.h"
#include "reports/say.h"

static void put_number(struct ifb_pen *p, int64_t n)
{
    if (n >= 0)
        ifb_pen_fmt(p, "%lld", (long long)n);
}

static void put_text(struct ifb_pen *p, ifb_str s)
{
    ifb_escape_csv(p, s);
    ifb_pen_cstr(p, ",");
}

static void put_check(struct ifb_pen *p, const struct ifb_sample_check *c)
{
    put_text(p, c->id);
    put_text(p, c->args_json);
    ifb_pen_fmt(p, "%u,%s,%s,", (unsigned)c->turn, ifb_say_outcome(c->strict.outcome),
                ifb_say_outcome(c->loose.outcome));
    put_text(p, c->strict.why.len ? c->strict.why : c->loose.why);
}

static void put_row(struct ifb_pen *p, const struct ifb_sample *s,
                    const struct ifb_sample_check *check)
{
    put_text(p, s->suite);
    put_text(p, s->model);
    put_text(p, s->id);
    ifb_pen_fmt(p, "%u,", (unsigned)s->epoch);
    put_text(p, s->group);
    if (check)
        put_check(p, check);
    else
        ifb_pen_cstr(p, ",,,,,,");
    ifb_pen_fmt(p, "%s,", ifb_say_outcome(s->outcome));
    put_number(p, s->tokens_in);
    ifb_pen_cstr(p, ",");
    put_number(p, s->tokens_out);
    ifb_pen_cstr(p, ",");
    put_number(p, s->latency_ms);
    ifb_pen_cstr(p, "\r\n");
}

static enum ifb_code write_csv(const struct ifb_summary *summary, struct ifb_samples *samples,
                               const struct ifb_sink *sink, struct ifb_error *err)
{
    struct ifb_sample s;
    struct ifb_pen pen;
    enum ifb_code code;
    bool more = true;

    (void)summary;
    ifb_pen_open(&pen, sink);
    ifb_pen_cstr(&pen, "suite,model,id,epoch,group,constraint,args,turn,strict,loose,why,outcome,"
                 "tokens_in,tokens_out,latency_ms\r\n");
    samples->rewind(samples->self);
    while ((code = samples->next(samples->self, &s, &more, err)) == IFB_OK && more) {
        for (size_t i = 0; i < s.nchecks; i++)
            put_row(&pen, &s, &s.checks[i]);
        if (!s.nchecks)
            put_row(&pen, &s, NULL);
    }
    ifb_pen_flush(&pen);
    return code;
}

const struct ifb_report ifb_report_csv = {
    .id = "csv", .file = "scores.csv", .by_default = true, .write = write_csv,
    .doc = "a row for each sample and constraint, for spreadsheets and data frames",
};
