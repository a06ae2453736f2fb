/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judgments made elsewhere become a run: reads the files, lends the judged suite
 * what it needs, and fills the summary that reports are made of.
 */
#include <ifbench/judged.h>

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/fields.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/inside.h"
#include "harness/engine/resources.h"

#define ROWS_MAX ((size_t)1 << 30)  /* of verdicts.jsonl */

/* One scoring of judgments. */
struct judging {
    struct ifb_run *run;
    const struct ifb_judged *suite;
    void *options, *state;
    struct ifb_judged_lent lent;
    struct ifb_buf rows;
    int64_t nrows;
};

/* ---- files ---- */

/* A file on its way into memory; a thread of its own may fill it. */
struct loading {
    const char *path;
    struct ifb_arena *arena;
    struct ifb_buf *room;         /* used again for every file; NULL: the arena holds the bytes */
    struct ifb_judged_file file;
    char sha256[IFB_SHA256_HEX];  /* of what is on disk; "" when that is not known */
    int64_t bytes;
    enum ifb_code code;
    struct ifb_error err;
};

/* A pipe has nothing to look at again, and opening it would wait. */
static bool is_regular(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* True when what is on disk is what was read, and not a compressed form of it. */
static bool is_plain(const char *path, size_t len)
{
    ifb_str disk;
    bool plain;

    if (ifb_file_map(path, IFB_FILE_MAX, &disk, NULL))
        return false;
    plain = disk.len == len && !(len > 1 && disk.ptr[0] == '\x1f' && disk.ptr[1] == '\x8b');
    ifb_file_unmap(disk);
    return plain;
}

static enum ifb_code read_into(struct loading *l, ifb_str *out)
{
    struct ifb_lines *lines;
    enum ifb_code code;

    if (!l->room)
        return ifb_file_read(l->path, IFB_FILE_MAX, l->arena, out, &l->err);
    code = ifb_lines_open(l->path, &lines, &l->err);
    if (code)
        return code;
    ifb_buf_clear(l->room);
    code = ifb_lines_slurp(lines, l->room, &l->err);
    *out = ifb_buf_view(l->room);
    ifb_lines_close(lines);
    return code;
}

static void *load(void *self)
{
    struct loading *l = self;
    ifb_str bytes;

    l->sha256[0] = '\0';
    l->code = read_into(l, &bytes);
    if (l->code)
        return NULL;
    l->bytes = (int64_t)bytes.len;
    if (!is_regular(l->path))
        l->sha256[0] = '\0';
    else if (is_plain(l->path, bytes.len))
        ifb_sha256_of(bytes, l->sha256);
    else if (ifb_sha256_file(l->path, l->sha256, &l->bytes, NULL))
        l->sha256[0] = '\0';
    l->file = (struct ifb_judged_file){ ifb_str_of(l->path), ifb_utf8_repair(l->arena, bytes) };
    return NULL;
}

/* Hands a loaded file over, noted in the manifest. */
static enum ifb_code take_file(struct judging *j, const struct loading *l, const char *what,
                               struct ifb_judged_file *out, struct ifb_error *err)
{
    if (l->code && err)
        *err = l->err;
    if (l->code)
        return l->code;
    if (l->sha256[0])
        ifb_run_note_hash(j->run, what, l->path, l->sha256, l->bytes);
    *out = l->file;
    return IFB_OK;
}

/* ---- what a suite is lent ---- */

static enum ifb_code read_file(struct judging *j, const char *path, struct ifb_judged_file *out,
                               struct ifb_error *err)
{
    struct loading l = { .path = path, .arena = j->run->arena };

    load(&l);
    return take_file(j, &l, j->suite->id, out, err);
}

static enum ifb_code lend_file(void *self, ifb_str path, struct ifb_judged_file *out,
                               struct ifb_error *err)
{
    struct judging *j = self;

    return read_file(j, ifb_cstr(j->run->arena, path), out, err);
}

static enum ifb_code lend_data(void *self, const char *local, struct ifb_judged_file *out,
                               struct ifb_error *err)
{
    struct judging *j = self;
    const char *path = ifb_data_find(j->run->inside->data_dirs, local, j->run->arena);

    *out = (struct ifb_judged_file){ ifb_str_of(local), { NULL, 0 } };
    return path ? read_file(j, path, out, err) : IFB_OK;
}

static void lend_warn(void *self, const char *fmt, ...)
{
    struct judging *j = self;
    char line[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    ifb_run_doubt(j->run, "%s: %s", j->suite->id, line);
}

/* As a scored sample's line, with no call behind it. */
static void lend_row(void *self, const struct ifb_judged_row *row)
{
    struct judging *j = self;
    const char *outcome = ifb_outcome_name(row->outcome);
    struct ifb_jw w;

    ifb_jw_open(&w, &j->rows);
    ifb_jw_object(&w, NULL);
    ifb_jw_cstr(&w, "suite", j->suite->id);
    ifb_jw_str(&w, "model", row->model);
    ifb_jw_str(&w, "item", row->id);
    if (row->group.len)
        ifb_jw_str(&w, "group", row->group);
    ifb_jw_int(&w, "turns", 0);
    ifb_jw_bool(&w, "answered", true);
    ifb_jw_cstr(&w, "outcome", outcome);
    ifb_jw_array(&w, "checks");
    ifb_jw_object(&w, NULL);
    ifb_jw_str(&w, "id", row->check);
    ifb_jw_cstr(&w, "strict", outcome);
    ifb_jw_cstr(&w, "loose", outcome);
    ifb_jw_str(&w, "why", row->why);
    for (int i = 0; i < 3; i++)
        ifb_jw_end(&w);
    ifb_buf_char(&j->rows, '\n');
    j->nrows++;
}

/* Rows are for the reports that list samples: all but the summary and the table. */
static bool wants_rows(const struct ifb_run_options *o)
{
    for (size_t i = 0; i < o->reports.n; i++)
        if (!ifb_str_is(o->reports.at[i], "json") && !ifb_str_is(o->reports.at[i], "term"))
            return true;
    return !o->reports.n;
}

/* ---- options ---- */

static enum ifb_code set_options(struct judging *j, struct ifb_error *err)
{
    const struct ifb_run_inside *in = j->run->inside;
    const struct ifb_judged *s = j->suite;

    j->options = ifb_alloc(j->run->arena, s->options_size);
    if (s->defaults)
        memcpy(j->options, s->defaults, s->options_size);
    for (size_t i = 0; i < in->o.settings.n; i++) {
        ifb_str value = in->o.settings.at[i], name;
        const struct ifb_field *f;

        if (!ifb_str_chop(&value, '=', &name))
            return ifb_fail(err, IFB_EUSAGE, "a setting wants NAME=VALUE");
        f = s->fields ? ifb_field_find(s->fields, name) : NULL;
        if (!f)
            return ifb_fail(err, IFB_EUSAGE, "suite %s has no option %.*s", s->id, IFB_ARG(name));
        if (ifb_field_set(f, value, j->options, j->run->arena, err))
            return ifb_within(err, "%.*s", IFB_ARG(name));
    }
    return IFB_OK;
}

/* ---- the summary ---- */

static const struct ifb_metric *metric_of(const struct ifb_judged *suite, ifb_str id)
{
    for (const struct ifb_metric *m = suite->metrics; m->id; m++)
        if (ifb_str_is(id, m->id))
            return m;
    return NULL;
}

static void add_counts(struct ifb_counts *to, const struct ifb_counts *c)
{
    to->total += c->total;
    to->passed += c->passed;
    to->failed += c->failed;
    to->errors += c->errors;
    to->unscored += c->unscored;
    to->pending += c->pending;
}

static size_t count_values(const struct ifb_judged_out *out)
{
    size_t n = 0;

    for (size_t c = 0; c < out->ncells; c++)
        n += out->cells[c].nvalues;
    return n;
}

static enum ifb_code fill_metrics(struct judging *j, const struct ifb_judged_out *out,
                                  struct ifb_error *err)
{
    struct ifb_summary *s = &j->run->summary;
    struct ifb_metric_value *to =
        ifb_new(j->run->arena, struct ifb_metric_value, count_values(out));

    s->metrics = to;
    for (size_t c = 0; c < out->ncells; c++)
        for (size_t i = 0; i < out->cells[c].nvalues; i++) {
            const struct ifb_metric_value *v = &out->cells[c].values[i];
            const struct ifb_metric *m = metric_of(j->suite, v->id);

            if (!m)
                return ifb_fail(err, IFB_EBUG, "suite %s has no metric %.*s", j->suite->id,
                                IFB_ARG(v->id));
            *to = *v;
            to->suite = ifb_str_of(j->suite->id);
            to->model = out->cells[c].model;
            to->unit = ifb_str_of(m->unit);
            to->higher_is_better = m->higher_is_better;
            to++;
        }
    s->nmetrics = (size_t)(to - s->metrics);
    return IFB_OK;
}

static void fill_cells(struct judging *j, const struct ifb_judged_out *out)
{
    struct ifb_summary *s = &j->run->summary;
    struct ifb_cell_summary *cells = ifb_new(j->run->arena, struct ifb_cell_summary, out->ncells);

    for (size_t i = 0; i < out->ncells; i++) {
        cells[i] = (struct ifb_cell_summary){
            .suite = ifb_str_of(j->suite->id), .model = out->cells[i].model,
            .counts = out->cells[i].counts, .latency_p50_ms = NAN, .latency_p95_ms = NAN,
            .latency_p99_ms = NAN, .cost_usd = NAN,
        };
        add_counts(&s->counts, &out->cells[i].counts);
    }
    s->cells = cells;
    s->ncells = out->ncells;
    s->groups = out->groups;
    s->ngroups = out->ngroups;
}

/* ---- the run ---- */

/* Begins to load the next file beside the work on this one; without a thread it waits. */
static bool start_load(struct loading *l, const char *path, pthread_t *thread)
{
    ifb_arena_reset(l->arena);
    l->path = path;
    if (pthread_create(thread, NULL, load, l) == 0)
        return true;
    load(l);
    return false;
}

static enum ifb_code read_judgments(struct judging *j, struct ifb_strs files,
                                    struct ifb_error *err)
{
    struct ifb_arena *scratch = ifb_arena_new();
    struct ifb_buf room[2];
    struct loading slot[2] = { { .arena = ifb_arena_new(), .room = &room[0] },
                               { .arena = ifb_arena_new(), .room = &room[1] } };
    struct ifb_judged_file file;
    enum ifb_code code = IFB_OK;
    pthread_t thread;
    bool running;

    ifb_buf_init(&room[0], IFB_FILE_MAX);
    ifb_buf_init(&room[1], IFB_FILE_MAX);
    slot[0].path = ifb_cstr(j->run->arena, files.at[0]);
    load(&slot[0]);
    for (size_t i = 0; i < files.n && !code; i++) {
        running = i + 1 < files.n &&
                  start_load(&slot[(i + 1) % 2], ifb_cstr(j->run->arena, files.at[i + 1]), &thread);
        code = take_file(j, &slot[i % 2], "judgments", &file, err);
        if (!code)
            code = j->suite->read(j->state, &file, scratch, err);
        if (running)
            pthread_join(thread, NULL);
        ifb_arena_reset(scratch);
    }
    ifb_arena_close(scratch);
    for (size_t i = 0; i < 2; i++) {
        ifb_arena_close(slot[i].arena);
        ifb_buf_close(&room[i]);
    }
    return code;
}

/* What the judgments were, in place of a plan. */
static void set_digest(struct ifb_run_inside *in)
{
    struct ifb_sha256 *sha = ifb_sha256_new();

    for (size_t i = 0; i < in->manifest.nfiles; i++)
        ifb_sha256_add(sha, in->manifest.files[i].sha256, IFB_SHA256_HEX - 1);
    ifb_sha256_hex(sha, in->plan.digest);
    ifb_sha256_close(sha);
}

static enum ifb_code write_run(struct judging *j, const struct ifb_judged_out *out,
                               struct ifb_error *err)
{
    struct ifb_run_inside *in = j->run->inside;
    enum ifb_code code;

    set_digest(in);
    in->manifest.plan = ifb_str_of(in->plan.digest);
    in->manifest.samples = j->nrows;
    in->manifest.scored_only = true;
    in->manifest.options = in->o;
    code = ifb_run_make_folder(j->run, err);
    if (!code && j->rows.full)
        code = ifb_fail(err, IFB_ELIMIT, "verdicts.jsonl would be larger than 1 GiB");
    if (!code)
        code = ifb_file_write(ifb_path_join(j->run->arena, j->run->folder, "verdicts.jsonl"),
                              ifb_buf_view(&j->rows), err);
    for (size_t i = 0; i < out->nfiles && !code; i++)
        code = ifb_file_write(ifb_path_join(j->run->arena, j->run->folder,
                                            ifb_cstr(j->run->arena, out->files[i].name)),
                              out->files[i].bytes, err);
    if (!code)
        code = ifb_journal_end(in->journal, err);
    if (code)
        return code;
    ifb_run_summary_head(j->run);
    fill_cells(j, out);
    code = fill_metrics(j, out, err);
    return code ? code : ifb_run_write_reports(j->run, err);
}

static enum ifb_code work(struct judging *j, struct ifb_strs judgments, struct ifb_error *err)
{
    struct ifb_judged_out out = { 0 };
    enum ifb_code code = set_options(j, err);

    if (!code)
        code = j->suite->open(j->options, &j->lent, &j->state, err);
    if (!code)
        code = read_judgments(j, judgments, err);
    if (!code)
        code = j->suite->finish(j->state, &out, err);
    return code ? code : write_run(j, &out, err);
}

static enum ifb_code find_suite(const struct ifb_run_options *o, const struct ifb_judged **out,
                                struct ifb_error *err)
{
    if (o->suites.n != 1)
        return ifb_fail(err, IFB_EUSAGE, "--judgments wants one suite: --suite NAME");
    *out = ifb_judged_find(o->suites.at[0]);
    if (*out)
        return IFB_OK;
    return ifb_fail(err, IFB_EUSAGE, "suite %.*s is not scored from judgments; `ifbench suites` "
                    "tells which are", IFB_ARG(ifb_utf8_cut(o->suites.at[0], 80)));
}

enum ifb_code ifb_run_judged(struct ifb_strs judgments, const struct ifb_run_options *options,
                             struct ifb_run **out, struct ifb_error *err)
{
    struct judging j = { 0 };
    struct ifb_run_inside *in;
    enum ifb_code code = find_suite(options, &j.suite, err);

    *out = NULL;
    if (!code && (options->data.ptr || options->limit))
        code = ifb_fail(err, IFB_EUSAGE, "--data and --limit do not go with --judgments");
    if (!code && !judgments.n)
        code = ifb_fail(err, IFB_EUSAGE, "suite %s wants --judgments FILE: %s", j.suite->id,
                        j.suite->judgments);
    if (code)
        return code;
    j.run = ifb_run_new(options);
    in = j.run->inside;
    in->judged = true;
    in->data_dirs = ifb_data_dirs(in->o.data_dir, in->o.env, in->arena);
    j.lent = (struct ifb_judged_lent){ .self = &j, .arena = j.run->arena,
                                       .rows = wants_rows(options), .file = lend_file,
                                       .data = lend_data, .row = lend_row, .warn = lend_warn };
    ifb_buf_init(&j.rows, ROWS_MAX);
    code = ifb_run_begin(j.run, err);
    if (!code)
        code = work(&j, judgments, err);
    ifb_buf_close(&j.rows);
    return ifb_run_hand_over(j.run, code, out);
}
