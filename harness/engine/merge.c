/* SPDX-License-Identifier: Apache-2.0 */
/* Shards of one run, put together: checked against one another, then copied and scored as one. */
#include <ifbench/run.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/engine/inside.h"
#include "harness/engine/summary_read.h"

#define MEMBER_MAX ((size_t)4 << 20)  /* of a manifest, as it is compared */
#define NAMED_MOST 10  /* missing shards that are told by number */

/* A shard that was named. */
struct part {
    const char *folder;
    struct ifb_manifest manifest;
    struct ifb_journal *journal;
    size_t copied;
};

struct merging {
    struct part *parts;  /* by number of the shard */
    size_t n;
    int64_t of;
    bool partial, whole;  /* may be; is, nothing missing or unfinished */
    struct ifb_arena *arena, *passing;
    struct ifb_run *run;
    struct ifb_error *err;
};

static int64_t index_of(const struct part *p)
{
    return p->manifest.options.shard.index;
}

/* ---- reading manifests ---- */

static enum ifb_code read_part(struct merging *m, ifb_str folder, struct part *p)
{
    const struct ifb_shard *s = &p->manifest.options.shard;
    const char *path;
    enum ifb_code code;

    p->folder = ifb_cstr(m->arena, folder);
    path = ifb_path_join(m->arena, p->folder, "manifest.json");
    code = ifb_manifest_read(path, m->arena, &p->manifest, m->err);
    if (!code && !s->of)
        code = ifb_fail(m->err, IFB_EINPUT, "%s is no shard; wanted runs made with `ifbench run "
                        "--shard I/N`", p->folder);
    /* A shard has an item, and that a call. */
    if (!code && (s->index < 1 || s->index > s->of || s->of > p->manifest.calls))
        code = ifb_fail(m->err, IFB_EINPUT, "%s: there is no shard %lld/%lld", path,
                        (long long)s->index, (long long)s->of);
    return code;
}

static int by_index(const void *a, const void *b)
{
    int64_t x = index_of(a), y = index_of(b);

    return (x > y) - (x < y);
}

static enum ifb_code read_parts(struct merging *m, struct ifb_strs folders)
{
    enum ifb_code code = IFB_OK;

    m->parts = ifb_new(m->arena, struct part, folders.n);
    for (; m->n < folders.n && !code; m->n++)
        code = read_part(m, folders.at[m->n], &m->parts[m->n]);
    if (!code)
        qsort(m->parts, m->n, sizeof(*m->parts), by_index);
    return code;
}

/* ---- are they of one run ---- */

/* Members of manifests that say where and when, or that the plan's digest says better. */
static bool may_differ(ifb_str member)
{
    static const char *const names[] = { "started", "host", "shard", "samples", "suites", "data",
                                         "data_file", "data_dir", "punkt", "plan" };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (ifb_str_is(member, names[i]))
            return true;
    return false;
}

static ifb_str spelt(const struct ifb_json *value, struct ifb_buf *buf)
{
    struct ifb_jw w;

    ifb_buf_clear(buf);
    ifb_jw_open(&w, buf);
    if (value)
        ifb_jw_value(&w, NULL, value);
    return ifb_buf_view(buf);
}

/* The first member of `a` that `b` has not, or has otherwise; absent when there is none. */
static ifb_str differing(const struct ifb_json *a, const struct ifb_json *b)
{
    struct ifb_buf mine, other;
    ifb_str name = { NULL, 0 };

    ifb_buf_init(&mine, MEMBER_MAX);
    ifb_buf_init(&other, MEMBER_MAX);
    for (const struct ifb_json *v = a->first; v && !name.ptr; v = v->next) {
        const struct ifb_json *same = b->first;

        while (same && !ifb_str_eq(same->key, v->key))
            same = same->next;
        if (!may_differ(v->key) && !ifb_str_eq(spelt(v, &mine), spelt(same, &other)))
            name = v->key;
    }
    ifb_buf_close(&mine);
    ifb_buf_close(&other);
    return name;
}

static const char *base_name(ifb_str path)
{
    const char *slash = memrchr(path.ptr, '/', path.len);

    return slash ? slash + 1 : path.ptr;
}

static bool is_same_file(const struct ifb_data_file *a, const struct ifb_data_file *b)
{
    const char *x, *y;

    if (!a->path.len || !b->path.len)
        return false;
    x = base_name(a->path);
    y = base_name(b->path);
    return ifb_str_eq(a->suite, b->suite) &&
           ifb_str_eq((ifb_str){ x, (size_t)(a->path.ptr + a->path.len - x) },
                      (ifb_str){ y, (size_t)(b->path.ptr + b->path.len - y) });
}

/* Files may lie elsewhere on another machine, but have the same bytes. */
static enum ifb_code check_files(struct merging *m, const struct part *a, const struct part *b)
{
    for (size_t i = 0; i < a->manifest.nfiles; i++)
        for (size_t k = 0; k < b->manifest.nfiles; k++) {
            const struct ifb_data_file *x = &a->manifest.files[i], *y = &b->manifest.files[k];

            if (is_same_file(x, y) && strcmp(x->sha256, y->sha256) != 0)
                return ifb_fail(m->err, IFB_EINPUT, "%s and %s were made with different data of "
                                "%.*s: %.*s has sha256 %.12s... and %.12s...", a->folder,
                                b->folder, IFB_ARG(x->suite), IFB_ARG(x->path), x->sha256,
                                y->sha256);
        }
    return IFB_OK;
}

static enum ifb_code check_pair(struct merging *m, const struct part *a, const struct part *b)
{
    const struct ifb_shard *x = &a->manifest.options.shard, *y = &b->manifest.options.shard;
    ifb_str other = differing(a->manifest.stored, b->manifest.stored);

    if (x->of != y->of)
        return ifb_fail(m->err, IFB_EINPUT, "%s is shard %lld/%lld and %s shard %lld/%lld: wanted "
                        "shards of one number", a->folder, (long long)x->index, (long long)x->of,
                        b->folder, (long long)y->index, (long long)y->of);
    if (!other.ptr)
        other = differing(b->manifest.stored, a->manifest.stored);
    if (other.ptr)
        return ifb_fail(m->err, IFB_EINPUT, "%s and %s were not made alike: %.*s differs (see "
                        "their manifest.json); wanted shards of one run", a->folder, b->folder,
                        IFB_ARG(other));
    if (check_files(m, a, b))
        return IFB_EINPUT;
    if (!ifb_str_eq(a->manifest.plan, b->manifest.plan))
        return ifb_fail(m->err, IFB_EINPUT, "%s and %s were not made alike: their items differ",
                        a->folder, b->folder);
    return IFB_OK;
}

/* What is not there, by number; how many that are. */
static size_t say_missing(const struct merging *m, struct ifb_buf *out)
{
    int64_t next = 1;
    size_t n = 0;

    for (size_t i = 0; i <= m->n; i++) {
        int64_t end = i < m->n ? index_of(&m->parts[i]) : m->of + 1;

        for (; next < end && n < NAMED_MOST; next++)
            ifb_buf_fmt(out, "%s%lld", n++ ? ", " : "", (long long)next);
        n += (size_t)(end - next);
        next = end + 1;
    }
    if (n > NAMED_MOST)
        ifb_buf_fmt(out, " and %zu more", n - NAMED_MOST);
    return n;
}

static int64_t first_missing(const struct merging *m)
{
    size_t i = 0;

    while (i < m->n && index_of(&m->parts[i]) == (int64_t)i + 1)
        i++;
    return (int64_t)i + 1;
}

static enum ifb_code check_missing(struct merging *m)
{
    struct ifb_buf names;
    enum ifb_code code = IFB_OK;

    ifb_buf_init(&names, 512);
    m->whole = !say_missing(m, &names);
    if (!m->whole && !m->partial)
        code = ifb_fail(m->err, IFB_EINPUT, "of %lld shards there is no %.*s; make it with the "
                        "`ifbench run` that made the others and --shard %lld/%lld, or merge what "
                        "there is with --partial", (long long)m->of, (int)names.len, names.ptr,
                        (long long)first_missing(m), (long long)m->of);
    ifb_buf_close(&names);
    return code;
}

static enum ifb_code check_parts(struct merging *m)
{
    enum ifb_code code = IFB_OK;

    for (size_t i = 1; i < m->n && !code; i++) {
        code = check_pair(m, &m->parts[0], &m->parts[i]);
        if (!code && index_of(&m->parts[i]) == index_of(&m->parts[i - 1]))
            code = ifb_fail(m->err, IFB_EINPUT, "%s and %s are both shard %lld/%lld; name one",
                            m->parts[i - 1].folder, m->parts[i].folder,
                            (long long)index_of(&m->parts[i]),
                            (long long)m->parts[i].manifest.options.shard.of);
    }
    m->of = m->parts[0].manifest.options.shard.of;
    return code ? code : check_missing(m);
}

/* ---- journals ---- */

static enum ifb_code open_journals(struct merging *m)
{
    enum ifb_code code = IFB_OK;

    for (size_t i = 0; i < m->n && !code; i++) {
        struct part *p = &m->parts[i];

        code = ifb_journal_open_part(ifb_path_join(m->arena, p->folder, "journal.jsonl"),
                                     ifb_cstr(m->arena, p->manifest.plan),
                                     (size_t)p->manifest.calls, &p->journal, m->err);
    }
    return code;
}

static enum ifb_code check_plan(struct merging *m)
{
    const struct part *p = &m->parts[0];
    const struct ifb_plan *plan = &m->run->inside->plan;

    if (ifb_str_is(p->manifest.plan, plan->digest) && m->of <= (int64_t)ifb_plan_items(plan))
        return IFB_OK;
    return ifb_fail(m->err, IFB_EINPUT, "the suites' data here are not those that %s was made with "
                    "(see \"data\" in its manifest.json); name their folder with --data-dir",
                    p->folder);
}

static struct part *part_of(const struct merging *m, const struct ifb_sample_plan *sample)
{
    int64_t index = ifb_plan_shard_of(&m->run->inside->plan, sample, m->of);
    size_t lo = 0, hi = m->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (index_of(&m->parts[mid]) < index)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < m->n && index_of(&m->parts[lo]) == index ? &m->parts[lo] : NULL;
}

/* All turns are there, or one of them failed. */
static bool is_settled(const struct part *p, const struct ifb_sample_plan *s)
{
    enum ifb_call_state state = IFB_CALL_ANSWERED;

    for (uint32_t t = 0; t < s->turns && state == IFB_CALL_ANSWERED; t++)
        state = ifb_journal_state(p->journal, s->call + t);
    return state != IFB_CALL_PENDING;
}

/* How many of its samples are not answered; *where names the first. */
static size_t count_pending(const struct merging *m, const struct part *p, ifb_str *where)
{
    const struct ifb_plan *plan = &m->run->inside->plan;
    size_t pending = 0;

    *where = IFB_STR("");
    for (size_t i = 0; i < plan->nsamples; i++) {
        const struct ifb_sample_plan *s = &plan->samples[i];

        if (part_of(m, s) != p || is_settled(p, s))
            continue;
        if (!pending++)
            *where = ifb_fmt(m->arena, ", the first is item %lu of %s",
                             (unsigned long)s->index + 1, plan->cells[s->cell].suite->id);
    }
    return pending;
}

static enum ifb_code check_ended(struct merging *m, const struct part *p)
{
    ifb_str where;
    size_t pending;

    if (ifb_journal_ended(p->journal))
        return IFB_OK;
    m->whole = false;
    pending = count_pending(m, p, &where);
    if (!m->partial)
        return ifb_fail(m->err, IFB_EINPUT, "%s, shard %lld/%lld, is unfinished: %zu of %lld "
                        "samples have no answer%.*s; go on with `ifbench run --resume %s`, or "
                        "merge what there is with --partial", p->folder, (long long)index_of(p),
                        (long long)m->of, pending, (long long)p->manifest.samples, IFB_ARG(where),
                        p->folder);
    ifb_run_warn(m->run, "%s, shard %lld/%lld, is unfinished: %zu of %lld samples stay pending",
                 p->folder, (long long)index_of(p), (long long)m->of, pending,
                 (long long)p->manifest.samples);
    return IFB_OK;
}

static void warn_missing(struct merging *m)
{
    struct ifb_buf names;

    ifb_buf_init(&names, 512);
    if (say_missing(m, &names))
        ifb_run_warn(m->run, "of %lld shards without %.*s: their samples stay pending",
                     (long long)m->of, (int)names.len, names.ptr);
    ifb_buf_close(&names);
}

/* ---- the whole run ---- */

/* Up to the next sample's first call, whatever a sample's calls are for. */
static enum ifb_code copy_sample(struct merging *m, size_t i)
{
    struct ifb_run_inside *in = m->run->inside;
    const struct ifb_sample_plan *s = &in->plan.samples[i];
    struct part *p = part_of(m, s);
    size_t end = i + 1 < in->plan.nsamples ? s[1].call : in->plan.ncalls;
    enum ifb_code code = IFB_OK;

    for (uint32_t call = s->call; p && call < end && !code; call++) {
        if (ifb_journal_state(p->journal, call) == IFB_CALL_PENDING)
            continue;
        ifb_arena_reset(m->passing);
        code = ifb_journal_copy(in->journal, p->journal, call, m->passing, m->err);
        p->copied++;
    }
    return code;
}

static enum ifb_code copy_all(struct merging *m)
{
    struct ifb_run_inside *in = m->run->inside;
    enum ifb_code code = IFB_OK;

    for (size_t i = 0; i < in->plan.nsamples && !code; i++)
        code = in->o.stop && *in->o.stop ? ifb_fail(m->err, IFB_ECANCELED, "stopped")
                                         : copy_sample(m, i);
    for (size_t i = 0; i < m->n && !code; i++) {
        const struct part *p = &m->parts[i];

        if (p->copied != ifb_journal_answers(p->journal) + ifb_journal_failures(p->journal))
            code = ifb_fail(m->err, IFB_EINPUT, "%s/journal.jsonl has records of other shards "
                            "than %lld/%lld", p->folder, (long long)index_of(p), (long long)m->of);
    }
    if (!code && m->whole)
        code = ifb_journal_end(in->journal, m->err);
    return code;
}

static void fill_manifest(struct merging *m)
{
    struct ifb_manifest *to = &m->run->inside->manifest;
    struct ifb_manifest_part *at = ifb_new(m->arena, struct ifb_manifest_part, m->n);

    for (size_t i = 0; i < m->n; i++) {
        const struct part *p = &m->parts[i];
        ifb_str folder = ifb_str_of(p->folder);

        while (folder.len > 1 && folder.ptr[folder.len - 1] == '/')
            folder.len--;
        at[i].run = ifb_str_from(folder, (size_t)(base_name(folder) - folder.ptr));
        at[i].index = index_of(p);
        ifb_journal_digest(p->journal, at[i].journal);
        if (ifb_str_cmp(p->manifest.started, to->started) < 0)
            to->started = ifb_str_copy(m->run->arena, p->manifest.started);
    }
    to->parts = at;
    to->nparts = m->n;
}

/* Of those that say so; one that was killed has no summary. */
static void add_speeds(struct merging *m)
{
    struct ifb_speed *sum = &m->run->inside->speed;

    for (size_t i = 0; i < m->n; i++) {
        struct ifb_summary s;

        ifb_arena_reset(m->passing);
        if (ifb_summary_read(ifb_path_join(m->passing, m->parts[i].folder, "summary.json"),
                             m->passing, &s, NULL))
            continue;
        sum->seconds += s.speed.seconds;
        sum->answers += s.speed.answers;
        sum->tokens_out += s.speed.tokens_out;
    }
}

/* ---- where it goes ---- */

static enum ifb_code check_free(const char *out, struct ifb_error *err)
{
    bool empty = !ifb_file_exists(out);
    enum ifb_code code = empty ? IFB_OK : ifb_folder_is_empty(out, &empty, err);

    if (!code && !empty)
        code = ifb_fail(err, IFB_EINPUT, "%s is not empty; name another --out", out);
    return code;
}

/*
 * Made under its own name in a folder beside, as the summary tells that name, and
 * renamed when all is there.
 */
static enum ifb_code make_in(struct merging *m, const char *aside, const char *name)
{
    struct ifb_run *run = m->run;
    const char *out = run->inside->o.out.ptr;
    enum ifb_code code;

    run->inside->o.out = ifb_str_of(ifb_path_join(run->arena, aside, name));
    code = ifb_run_make_folder(run, m->err);
    if (!code)
        code = copy_all(m);
    if (!code)
        code = ifb_run_summarise(run, m->err);
    if (!code && rename(run->folder, out) != 0)
        code = ifb_fail(m->err, IFB_EIO, "cannot make %s: %s", out, strerror(errno));
    run->folder = out;
    return code;
}

static enum ifb_code make_run(struct merging *m)
{
    struct ifb_run *run = m->run;
    ifb_str out = run->inside->o.out;
    const char *name, *parent;
    char *aside;
    enum ifb_code code;

    while (out.len > 1 && out.ptr[out.len - 1] == '/')
        out.len--;
    run->inside->o.out = out = ifb_str_copy(run->arena, out);
    name = base_name(out);
    parent = name == out.ptr ? "."
                             : ifb_cstr(run->arena, ifb_str_part(out, 0, (size_t)(name - out.ptr)));
    code = ifb_make_dirs(parent, m->err);
    if (code)
        return code;
    aside = ifb_path_join(run->arena, parent, ".merge-XXXXXX");
    if (!mkdtemp(aside))
        return ifb_fail(m->err, IFB_EIO, "cannot write into %s: %s", parent, strerror(errno));
    code = make_in(m, aside, name);
    ifb_remove_tree(aside);
    return code;
}

static enum ifb_code merge(struct merging *m, struct ifb_strs folders,
                           const struct ifb_run_options *options)
{
    enum ifb_code code = check_free(ifb_cstr(m->arena, options->out), m->err);

    if (!code)
        code = read_parts(m, folders);
    if (!code)
        code = check_parts(m);
    if (!code)
        code = open_journals(m);
    if (!code)
        code = ifb_run_prepare_like(m->parts[0].folder, options, m->arena, &m->run, m->err);
    if (!code)
        code = check_plan(m);
    if (!code)
        warn_missing(m);
    for (size_t i = 0; i < m->n && !code; i++)
        code = check_ended(m, &m->parts[i]);
    if (code)
        return code;
    fill_manifest(m);
    add_speeds(m);
    return make_run(m);
}

enum ifb_code ifb_run_merge(struct ifb_strs folders, bool partial,
                            const struct ifb_run_options *options, struct ifb_run **out,
                            struct ifb_error *err)
{
    struct merging m = { .partial = partial, .err = err };
    enum ifb_code code;

    *out = NULL;
    if (!folders.n || !options->out.len)
        return ifb_fail(err, IFB_EUSAGE, "wanted folders of shards, and one for the whole run");
    m.arena = ifb_arena_new();
    m.passing = ifb_arena_new();
    code = merge(&m, folders, options);
    for (size_t i = 0; i < m.n; i++)
        ifb_journal_close(m.parts[i].journal);
    if (code)
        ifb_run_close(m.run);
    else
        *out = m.run;
    ifb_arena_close(m.passing);
    ifb_arena_close(m.arena);
    return code;
}
