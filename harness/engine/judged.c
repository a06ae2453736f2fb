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
#include "harness/engine/judged.h"
#include "harness/engine/resources.h"

#define ROWS_MAX ((size_t)1 << 30)  /* of verdicts.jsonl */

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
static enum ifb_code take_file(struct ifb_judged_work *j, const struct loading *l,
                               const char *what, struct ifb_judged_file *out,
                               struct ifb_error *err)
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

static enum ifb_code read_file(struct ifb_judged_work *j, const char *path,
                               struct ifb_judged_file *out, struct ifb_error *err)
{
    struct loading l = { .path = path, .arena = j->run->arena };

    load(&l);
    return take_file(j, &l, j->name, out, err);
}

static enum ifb_code lend_file(void *self, ifb_str path, struct ifb_judged_file *out,
                               struct ifb_error *err)
{
    struct ifb_judged_work *j = self;

    return read_file(j, ifb_cstr(j->run->arena, path), out, err);
}

static enum ifb_code lend_data(void *self, const char *local, struct ifb_judged_file *out,
                               struct ifb_error *err)
{
    struct ifb_judged_work *j = self;
    const char *path = ifb_data_find(j->run->inside->data_dirs, local, j->run->arena);

    *out = (struct ifb_judged_file){ ifb_str_of(local), { NULL, 0 } };
    return path ? read_file(j, path, out, err) : IFB_OK;
}

static void lend_warn(void *self, const char *fmt, ...)
{
    struct ifb_judged_work *j = self;
    char line[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    ifb_run_doubt(j->run, "%s: %s", j->name, line);
}

/* As a scored sample's line; where nothing is known of a call, there is none behind it. */
static void lend_row(void *self, const struct ifb_judged_row *row)
{
    struct ifb_judged_work *j = self;
    const char *outcome = ifb_outcome_name(row->outcome);
    ifb_str model = row->model;
    int64_t call = -1, turns = 0;
    struct ifb_jw w;

    if (j->place)
        j->place(j->self, row, &model, &call, &turns);
    ifb_jw_open(&w, &j->rows);
    ifb_jw_object(&w, NULL);
    if (call >= 0)
        ifb_jw_int(&w, "call", call);
    ifb_jw_cstr(&w, "suite", j->name);
    ifb_jw_str(&w, "model", model);
    ifb_jw_str(&w, "item", row->id);
    if (row->group.len)
        ifb_jw_str(&w, "group", row->group);
    ifb_jw_int(&w, "turns", turns);
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

void ifb_judged_lend(struct ifb_judged_work *w, bool rows)
{
    w->lent = (struct ifb_judged_lent){ .self = w, .arena = w->run->arena, .rows = rows,
                                        .file = lend_file, .data = lend_data, .row = lend_row,
                                        .warn = lend_warn };
    ifb_buf_init(&w->rows, ROWS_MAX);
}

void ifb_judged_close(struct ifb_judged_work *w)
{
    ifb_buf_close(&w->rows);
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

enum ifb_code ifb_settings_read(const struct ifb_run *run, const char *name,
                                const struct ifb_field *fields, size_t size, const void *defaults,
                                bool all, void **out, struct ifb_error *err)
{
    const struct ifb_strs settings = run->inside->o.settings;

    *out = ifb_alloc(run->arena, size ? size : 1);
    if (defaults)
        memcpy(*out, defaults, size);
    for (size_t i = 0; i < settings.n; i++) {
        ifb_str value = settings.at[i], key;
        const struct ifb_field *f;

        if (!ifb_str_chop(&value, '=', &key))
            return ifb_fail(err, IFB_EUSAGE, "a setting wants NAME=VALUE");
        f = fields ? ifb_field_find(fields, key) : NULL;
        if (!f && all)
            return ifb_fail(err, IFB_EUSAGE, "suite %s has no option %.*s", name, IFB_ARG(key));
        if (f && ifb_field_set(f, value, *out, run->arena, err))
            return ifb_within(err, "%.*s", IFB_ARG(key));
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

static void add_counts(struct ifb_counts *to, const struct ifb_counts *c, int sign)
{
    to->total += sign * c->total;
    to->passed += sign * c->passed;
    to->failed += sign * c->failed;
    to->errors += sign * c->errors;
    to->unscored += sign * c->unscored;
    to->pending += sign * c->pending;
}

static size_t count_values(const struct ifb_judged_out *out)
{
    size_t n = 0;

    for (size_t c = 0; c < out->ncells; c++)
        n += out->cells[c].nvalues;
    return n;
}

/* The spec of a model of the run, where the suite knows it by another name. */
static ifb_str model_of(const struct ifb_judged_work *w, ifb_str name)
{
    const struct ifb_judged_row row = { .model = name };
    int64_t call, turns;

    if (w->place)
        w->place(w->self, &row, &name, &call, &turns);
    return name;
}

static enum ifb_code add_metrics(struct ifb_judged_work *j, const struct ifb_judged_out *out,
                                 struct ifb_error *err)
{
    struct ifb_summary *s = &j->run->summary;
    struct ifb_metric_value *at =
        ifb_new(j->run->arena, struct ifb_metric_value, s->nmetrics + count_values(out));

    if (s->nmetrics)
        memcpy(at, s->metrics, s->nmetrics * sizeof(*at));
    s->metrics = at;
    for (size_t c = 0; c < out->ncells; c++)
        for (size_t i = 0; i < out->cells[c].nvalues; i++) {
            const struct ifb_metric_value *v = &out->cells[c].values[i];
            const struct ifb_metric *m = metric_of(j->suite, v->id);

            if (!m)
                return ifb_fail(err, IFB_EBUG, "suite %s has no metric %.*s", j->suite->id,
                                IFB_ARG(v->id));
            at[s->nmetrics] = *v;
            at[s->nmetrics].suite = ifb_str_of(j->name);
            at[s->nmetrics].model = model_of(j, out->cells[c].model);
            at[s->nmetrics].unit = ifb_str_of(m->unit);
            at[s->nmetrics++].higher_is_better = m->higher_is_better;
        }
    return IFB_OK;
}

static struct ifb_cell_summary *cell_of(struct ifb_cell_summary *at, size_t n, const char *suite,
                                        ifb_str model)
{
    for (size_t i = 0; i < n; i++)
        if (ifb_str_is(at[i].suite, suite) && ifb_str_eq(at[i].model, model))
            return &at[i];
    return NULL;
}

static void add_cells(struct ifb_judged_work *j, const struct ifb_judged_out *out)
{
    struct ifb_summary *s = &j->run->summary;
    struct ifb_cell_summary *at =
        ifb_new(j->run->arena, struct ifb_cell_summary, s->ncells + out->ncells), *cell;

    if (s->ncells)
        memcpy(at, s->cells, s->ncells * sizeof(*at));
    for (size_t i = 0; i < out->ncells; i++) {
        ifb_str model = model_of(j, out->cells[i].model);

        cell = cell_of(at, s->ncells, j->name, model);
        if (cell)
            add_counts(&s->counts, &cell->counts, -1);
        else
            at[s->ncells++] = (struct ifb_cell_summary){
                .suite = ifb_str_of(j->name), .model = model, .latency_p50_ms = NAN,
                .latency_p95_ms = NAN, .latency_p99_ms = NAN, .cost_usd = NAN,
            };
        cell = cell ? cell : &at[s->ncells - 1];
        cell->counts = out->cells[i].counts;
        add_counts(&s->counts, &cell->counts, 1);
    }
    s->cells = at;
}

static void add_groups(struct ifb_judged_work *j, const struct ifb_judged_out *out)
{
    struct ifb_summary *s = &j->run->summary;
    struct ifb_group_row *at =
        ifb_new(j->run->arena, struct ifb_group_row, s->ngroups + out->ngroups);

    if (s->ngroups)
        memcpy(at, s->groups, s->ngroups * sizeof(*at));
    for (size_t i = 0; i < out->ngroups; i++) {
        at[s->ngroups] = out->groups[i];
        at[s->ngroups].suite = ifb_str_of(j->name);
        at[s->ngroups++].model = model_of(j, out->groups[i].model);
    }
    s->groups = at;
}

enum ifb_code ifb_judged_add(struct ifb_judged_work *w, const struct ifb_judged_out *out,
                             struct ifb_error *err)
{
    add_cells(w, out);
    add_groups(w, out);
    return add_metrics(w, out, err);
}

enum ifb_code ifb_judged_files(struct ifb_judged_work *w, const struct ifb_judged_out *out,
                               struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    for (size_t i = 0; i < out->nfiles && !code; i++) {
        const char *name = ifb_cstr(w->run->arena, out->files[i].name);

        if (w->file)
            name = w->file(w->self, name);
        code = ifb_file_write(ifb_path_join(w->run->arena, w->run->folder, name),
                              out->files[i].bytes, err);
    }
    return code;
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

static enum ifb_code read_judgments(struct ifb_judged_work *j, struct ifb_strs files,
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

static enum ifb_code write_run(struct ifb_judged_work *j, const struct ifb_judged_out *out,
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
    if (!code)
        code = ifb_judged_files(j, out, err);
    if (!code)
        code = ifb_journal_end(in->journal, err);
    if (code)
        return code;
    ifb_run_summary_head(j->run);
    code = ifb_judged_add(j, out, err);
    return code ? code : ifb_run_write_reports(j->run, err);
}

static enum ifb_code work(struct ifb_judged_work *j, struct ifb_strs judgments,
                          struct ifb_error *err)
{
    struct ifb_judged_out out = { 0 };
    enum ifb_code code = ifb_settings_read(j->run, j->name, j->suite->fields,
                                           j->suite->options_size, j->suite->defaults, true,
                                           &j->options, err);

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
    struct ifb_judged_work j = { 0 };
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
    j.name = j.suite->id;
    ifb_judged_lend(&j, wants_rows(options));
    code = ifb_run_begin(j.run, err);
    if (!code)
        code = work(&j, judgments, err);
    ifb_judged_close(&j);
    return ifb_run_hand_over(j.run, code, out);
}
