/* SPDX-License-Identifier: Apache-2.0 */
/* The document of a suite of one's own, and the tables beside it. */
#include "suites/user.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/csv.h"
#include "harness/base/error.h"
#include "harness/base/fields.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/base/yaml.h"
#include "suites/worst.h"

#define FILE_MAX ((size_t)16 << 20)
#define ROWS_MAX 100000
#define TABLES_MAX 16
#define NAME_MAX_BYTES 64

/* ---- faults ---- */

bool ifb_user_fault(struct ifb_user_faults *f, const char *file, unsigned line, const char *fmt,
                    ...)
{
    struct ifb_error fault;
    char msg[sizeof(fault.msg)];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(msg, sizeof(msg), fmt, ap);
    va_end(ap);
    ifb_fail(&fault, IFB_EINPUT, "%s", msg);
    if (f->tell && f->n < IFB_SUITE_FAULTS_MAX)
        f->tell(f->self, file, line, fault.msg);
    if (!f->n++) {
        f->first = fault;
        if (line)
            ifb_within(&f->first, "%s:%u", file, line);
        else
            ifb_within(&f->first, "%s", file);
    }
    return false;
}

bool ifb_user_members(struct ifb_user_faults *f, const char *file, const struct ifb_json *object,
                      const char *what, const char *const *names)
{
    size_t before = f->n;

    for (const struct ifb_json *m = object->first; m; m = m->next) {
        const char *near;
        size_t i = 0;

        while (names[i] && !ifb_str_is(m->key, names[i]))
            i++;
        if (names[i])
            continue;
        near = ifb_nearest(m->key, names);
        ifb_user_fault(f, file, m->line, "unknown member \"%.*s\" of %s%s%s%s",
                       IFB_ARG(ifb_utf8_cut(m->key, 80)), what, *near ? ", did you mean \"" : "",
                       near, *near ? "\"?" : "");
    }
    return f->n == before;
}

/* "line 7: ..." of base becomes a fault of line 7; a message that names the file loses it. */
static void pass_on(struct ifb_user_faults *f, const char *file, const struct ifb_error *err)
{
    const char *msg = err->msg;
    size_t len = strlen(file);
    unsigned line = 0;
    int used = 0;

    if (err->code == IFB_EIO && !f->n) {
        f->first = *err; /* no fault of the suite's author: the caller's message is the system's */
        f->n++;
        return;
    }
    if (strncmp(msg, file, len) == 0 && msg[len] == ':')
        msg += len + 1;
    if (sscanf(msg, "%u: %n", &line, &used) == 1 && used)
        msg += used;
    else if (sscanf(msg, " line %u: %n", &line, &used) == 1 && used)
        msg += used;
    ifb_user_fault(f, file, line, "%s", msg + strspn(msg, " "));
}

/* ---- reading a document ---- */

static bool has_ending(const char *path, const char *ending)
{
    return ifb_str_ends(ifb_str_of(path), ifb_str_of(ending));
}

bool ifb_suite_is_file(ifb_str name)
{
    static const char *const endings[] = { ".yaml", ".yml", ".json", ".jsonl" };

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        if (ifb_str_ends(name, ifb_str_of(endings[i])))
            return true;
    return false;
}

/* A byte order mark is not JSON, and editors write it. */
static bool read_text(const char *path, struct ifb_arena *arena, ifb_str *text,
                      struct ifb_user_faults *f)
{
    struct ifb_error err;
    size_t valid;

    if (ifb_file_read(path, FILE_MAX, arena, text, &err)) {
        pass_on(f, path, &err);
        return false;
    }
    if (ifb_str_starts(*text, IFB_STR("\xef\xbb\xbf")))
        *text = ifb_str_from(*text, 3);
    valid = ifb_utf8_valid(*text);
    if (valid == text->len)
        return true;
    return ifb_user_fault(f, path, (unsigned)ifb_str_count(ifb_str_part(*text, 0, valid),
                                                           IFB_STR("\n")) + 1, "not UTF-8");
}

/* JSON lines as one array: a bad line is a fault and does not hide the next one's. */
static const struct ifb_json *read_lines(const char *path, ifb_str text, struct ifb_arena *arena,
                                         struct ifb_user_faults *f)
{
    struct ifb_json *array = ifb_new(arena, struct ifb_json, 1);
    struct ifb_json **tail = (struct ifb_json **)&array->first;
    struct ifb_error err;
    unsigned number = 0;
    ifb_str line;

    array->kind = IFB_JARRAY;
    array->line = 1;
    while (text.len) {
        const struct ifb_json *row;

        if (!ifb_str_chop(&text, '\n', &line)) {
            line = text;
            text.len = 0;
        }
        number++;
        if (!ifb_str_trim_ascii(line).len)
            continue;
        if (ifb_json_parse(arena, line, 0, number, &row, &err)) {
            pass_on(f, path, &err);
            continue;
        }
        *tail = (struct ifb_json *)row; /* made here, and nobody else's yet */
        tail = (struct ifb_json **)&(*tail)->next;
        array->n++;
    }
    return array;
}

static const struct ifb_json *read_document(const char *path, struct ifb_arena *arena,
                                            struct ifb_user_faults *f)
{
    const struct ifb_json *doc = NULL;
    struct ifb_error err;
    enum ifb_code code;
    ifb_str text;

    if (!read_text(path, arena, &text, f))
        return NULL;
    if (has_ending(path, ".jsonl"))
        return read_lines(path, text, arena, f);
    code = has_ending(path, ".json") ? ifb_json_parse(arena, text, 0, 1, &doc, &err)
                                     : ifb_yaml_parse(text, path, arena, &doc, &err);
    if (!code)
        return doc;
    pass_on(f, path, &err);
    return NULL;
}

/* ---- tables ---- */

static bool is_beside(ifb_str name)
{
    ifb_str part;
    bool more = true;

    if (!name.len || name.ptr[0] == '/')
        return false;
    while (more) {
        more = ifb_str_chop(&name, '/', &part);
        if (ifb_str_is(more ? part : name, ".."))
            return false;
    }
    return true;
}

static const char *beside(const struct ifb_user_suite *s, ifb_str name)
{
    const char *slash = strrchr(s->path, '/');
    ifb_str dir = { s->path, slash ? (size_t)(slash - s->path) + 1 : 0 };

    return ifb_fmt(s->arena, "%.*s%.*s", IFB_ARG(dir), IFB_ARG(name)).ptr;
}

static bool check_columns(const struct ifb_user_table *t, struct ifb_user_faults *f)
{
    for (size_t i = 0; i < t->columns.n; i++) {
        if (!t->columns.at[i].len)
            return ifb_user_fault(f, t->path, 1, "column %zu has no name", i + 1);
        for (size_t j = 0; j < i; j++)
            if (ifb_str_eq(t->columns.at[i], t->columns.at[j]))
                return ifb_user_fault(f, t->path, 1, "column \"%.*s\" is there twice",
                                      IFB_ARG(ifb_utf8_cut(t->columns.at[i], 80)));
    }
    return t->columns.n || ifb_user_fault(f, t->path, 1, "no columns, wanted their names in the "
                                          "first line");
}

/* Rows are checked as they come, so that a table of the wrong width has few faults. */
static bool read_rows(struct ifb_user_table *t, struct ifb_csv *csv, struct ifb_arena *arena,
                      struct ifb_user_faults *f)
{
    struct ifb_strs *rows = NULL, record;
    size_t cap = 0, before = f->n;
    struct ifb_error err;
    bool more = true;

    while (f->n - before < IFB_SUITE_FAULTS_MAX) {
        if (ifb_csv_next(csv, &record, &more, &err)) {
            pass_on(f, t->path, &err);
            return false;
        }
        if (!more)
            break;
        if (!record.n)
            continue;
        if (!t->columns.n) {
            t->columns = record;
            if (!check_columns(t, f))
                return false;
        } else if (record.n != t->columns.n) {
            ifb_user_fault(f, t->path, csv->line, "%zu fields, wanted %zu as in the first line",
                           record.n, t->columns.n);
        } else if (t->nrows == ROWS_MAX) {
            return ifb_user_fault(f, t->path, csv->line, "more than %d rows", ROWS_MAX);
        } else {
            rows = ifb_grow(arena, rows, &cap, t->nrows + 1, sizeof(*rows));
            rows[t->nrows++] = record;
            t->rows = rows;
        }
    }
    if (f->n == before && !t->nrows)
        return ifb_user_fault(f, t->path, 0, "no rows, wanted names in the first line and values "
                              "below");
    return f->n == before;
}

static void find_id_column(struct ifb_user_table *t)
{
    t->id = SIZE_MAX;
    for (size_t i = 0; i < t->columns.n; i++)
        if (ifb_str_is(t->columns.at[i], "id"))
            t->id = i;
}

const struct ifb_user_table *ifb_user_table_of(const struct ifb_user_suite *s,
                                               const struct ifb_json *name)
{
    const char *path = name && name->kind == IFB_JSTRING ? beside(s, name->string) : "";

    for (size_t i = 0; i < s->ntables; i++)
        if (strcmp(s->tables[i].path, path) == 0)
            return &s->tables[i];
    return NULL;
}

static void load_table(struct ifb_user_suite *s, const struct ifb_json *name,
                       struct ifb_user_faults *f)
{
    struct ifb_user_table *t = &s->tables[s->ntables];
    struct ifb_csv csv;
    ifb_str text;

    *t = (struct ifb_user_table){ .path = beside(s, name->string) };
    if (!ifb_file_exists(t->path)) {
        ifb_user_fault(f, s->path, name->line, "table: no file %s", t->path);
        return;
    }
    if (!read_text(t->path, s->arena, &text, f))
        return;
    ifb_csv_open(&csv, s->arena, text, ',');
    if (!read_rows(t, &csv, s->arena, f))
        return;
    find_id_column(t);
    s->ntables++;
}

/* What a `table` member names, unless it was read before. */
static void read_table(struct ifb_user_suite *s, const struct ifb_json *name,
                       struct ifb_user_faults *f)
{
    if (!name)
        return;
    if (name->kind != IFB_JSTRING)
        ifb_user_fault(f, s->path, name->line, "table is %s, wanted the name of a CSV file",
                       ifb_json_kind_name(name->kind));
    else if (!is_beside(name->string))
        ifb_user_fault(f, s->path, name->line, "table \"%.*s\" is not beside the suite, wanted a "
                       "name without \"..\" or a \"/\" in front",
                       IFB_ARG(ifb_utf8_cut(name->string, 80)));
    else if (!ifb_user_table_of(s, name) && s->ntables == TABLES_MAX)
        ifb_user_fault(f, s->path, name->line, "more than %d tables", TABLES_MAX);
    else if (!ifb_user_table_of(s, name))
        load_table(s, name, f);
}

/* ---- what stands above the items ---- */

static const struct ifb_field sampling_fields[] = {
    IFB_FIELD(struct ifb_sampling, max_tokens, "max_tokens", .kind = IFB_INT, .min = 1, .max = 1e9),
    IFB_FIELD(struct ifb_sampling, temperature, "temperature", .kind = IFB_REAL, .max = 10),
    IFB_FIELD(struct ifb_sampling, top_p, "top_p", .kind = IFB_REAL, .max = 1),
    IFB_FIELD(struct ifb_sampling, seed, "seed", .kind = IFB_INT, .max = 9e15),
    { 0 }
};

static void read_defaults(struct ifb_user_suite *s, const struct ifb_json *defaults,
                          struct ifb_user_faults *f)
{
    struct ifb_error err;

    if (!defaults || defaults->kind == IFB_JNULL)
        return;
    if (defaults->kind != IFB_JOBJECT) {
        ifb_user_fault(f, s->path, defaults->line, "defaults is %s, wanted an object",
                       ifb_json_kind_name(defaults->kind));
        return;
    }
    for (const struct ifb_json *m = defaults->first; m; m = m->next) {
        struct ifb_json member = *m;
        struct ifb_json one = { .kind = IFB_JOBJECT, .n = 1, .first = &member };

        member.next = NULL; /* alone, so that the fault has its line */
        if (ifb_fields_read(sampling_fields, &one, &s->suite.preset, s->arena, &err))
            ifb_user_fault(f, s->path, m->line, "defaults: %s", err.msg);
    }
}

static ifb_str read_string(struct ifb_user_suite *s, const struct ifb_json *doc, const char *name,
                           struct ifb_user_faults *f)
{
    const struct ifb_json *m = ifb_json_get(doc, name);

    if (!m || m->kind == IFB_JNULL)
        return (ifb_str){ NULL, 0 };
    if (m->kind == IFB_JSTRING)
        return m->string;
    ifb_user_fault(f, s->path, m->line, "%s is %s, wanted a string", name,
                   ifb_json_kind_name(m->kind));
    return (ifb_str){ NULL, 0 };
}

static bool is_name(ifb_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!(s.ptr[i] >= 'a' && s.ptr[i] <= 'z') && !(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') &&
            !(s.ptr[i] >= '0' && s.ptr[i] <= '9') && !memchr("._-", s.ptr[i], 3) &&
            !((unsigned char)s.ptr[i] & 0x80))
            return false;
    return s.len && s.len <= NAME_MAX_BYTES;
}

/* The file's name up to its ending, made a valid name. */
static ifb_str name_of_file(const struct ifb_user_suite *s)
{
    const char *slash = strrchr(s->path, '/'), *base = slash ? slash + 1 : s->path;
    const char *dot = strrchr(base, '.');
    ifb_str stem = { base, (size_t)(dot - base) };

    return ifb_utf8_cut(ifb_str_of(ifb_path_component(s->arena, stem)), NAME_MAX_BYTES);
}

static void read_name(struct ifb_user_suite *s, const struct ifb_json *doc,
                      struct ifb_user_faults *f)
{
    const struct ifb_json *m = ifb_json_get(doc, "suite");
    ifb_str name = read_string(s, doc, "suite", f);

    if (!name.ptr)
        name = name_of_file(s);
    else if (!is_name(name))
        ifb_user_fault(f, s->path, m->line, "suite: \"%.*s\" is no name, wanted at most %d "
                       "letters, digits, '.', '_' or '-'", IFB_ARG(ifb_utf8_cut(name, 80)),
                       NAME_MAX_BYTES);
    s->suite.id = ifb_cstr(s->arena, name);
    if (ifb_suite_find(name))
        ifb_user_fault(f, s->path, m ? m->line : 0, "suite: \"%s\" is the name of a built-in "
                       "suite, choose another", s->suite.id);
}

static const struct ifb_json *object_or_fault(struct ifb_user_suite *s,
                                              const struct ifb_json *doc, const char *name,
                                              struct ifb_user_faults *f)
{
    const struct ifb_json *m = ifb_json_get(doc, name);

    if (!m || m->kind == IFB_JNULL || m->kind == IFB_JOBJECT)
        return m && m->kind == IFB_JOBJECT ? m : NULL;
    ifb_user_fault(f, s->path, m->line, "%s is %s, wanted an object", name,
                   ifb_json_kind_name(m->kind));
    return NULL;
}

static void read_worst_case(struct ifb_user_suite *s, const struct ifb_json *wanted,
                            struct ifb_user_faults *f)
{
    if (!wanted || wanted->kind == IFB_JNULL)
        return;
    if (wanted->kind != IFB_JBOOL)
        ifb_user_fault(f, s->path, wanted->line, "worst_case is %s, wanted a boolean",
                       ifb_json_kind_name(wanted->kind));
    s->worst_case = wanted->kind == IFB_JBOOL && wanted->truth;
}

static void read_head(struct ifb_user_suite *s, const struct ifb_json *doc,
                      struct ifb_user_faults *f)
{
    static const char *const names[] = { "suite", "description", "system", "defaults", "vars",
                                         "table", "worst_case", "items", NULL };
    ifb_str doc_text;

    ifb_user_members(f, s->path, doc, "a suite", names);
    read_name(s, doc, f);
    doc_text = read_string(s, doc, "description", f);
    s->suite.doc = doc_text.ptr ? ifb_cstr(s->arena, doc_text) : "a suite of one's own";
    if (read_string(s, doc, "system", f).len)
        s->system = ifb_json_get(doc, "system");
    s->vars = object_or_fault(s, doc, "vars", f);
    read_defaults(s, ifb_json_get(doc, "defaults"), f);
    read_table(s, ifb_json_get(doc, "table"), f);
    s->table = ifb_user_table_of(s, ifb_json_get(doc, "table"));
    read_worst_case(s, ifb_json_get(doc, "worst_case"), f);
    s->items = ifb_json_get(doc, "items");
    if (!s->items)
        ifb_user_fault(f, s->path, doc->line, "items is missing, wanted an array");
    else if (s->items->kind != IFB_JARRAY)
        ifb_user_fault(f, s->path, s->items->line, "items is %s, wanted an array",
                       ifb_json_kind_name(s->items->kind));
    else if (!s->items->n)
        ifb_user_fault(f, s->path, s->items->line, "items is empty");
}

/* Turns have numbers of their own, which a suite without turns does not need. */
static void look_at_items(struct ifb_user_suite *s, struct ifb_user_faults *f)
{
    const struct ifb_json *m = s->items && s->items->kind == IFB_JARRAY ? s->items->first : NULL;

    for (; m; m = m->next) {
        const struct ifb_json *turns = ifb_json_get(m, "turns");

        if (turns && turns->kind == IFB_JARRAY && turns->n > 1)
            s->suite.metrics = ifb_turn_metrics;
        read_table(s, ifb_json_get(m, "table"), f);
    }
    s->suite.forms_share_group = s->worst_case;
    if (s->worst_case)
        s->suite.metrics = ifb_worst_metrics(s->suite.metrics, s->arena);
}

static void list_sources(struct ifb_user_suite *s)
{
    const char **at = ifb_new(s->arena, const char *, s->ntables + 2);

    at[0] = s->path;
    for (size_t i = 0; i < s->ntables; i++)
        at[i + 1] = s->tables[i].path;
    s->suite.sources = at;
}

/* A list without a head is the items. */
static const struct ifb_json *with_head(const struct ifb_json *doc, struct ifb_arena *arena)
{
    struct ifb_json *items, *head;

    if (doc->kind != IFB_JARRAY)
        return doc;
    items = ifb_new(arena, struct ifb_json, 1);
    head = ifb_new(arena, struct ifb_json, 1);
    *items = *doc;
    items->key = IFB_STR("items");
    *head = (struct ifb_json){ .kind = IFB_JOBJECT, .n = 1, .first = items, .line = 1 };
    return head;
}

struct ifb_user_suite *ifb_user_file(const char *path, struct ifb_arena *arena,
                                     struct ifb_user_faults *f)
{
    struct ifb_user_suite *s = ifb_new(arena, struct ifb_user_suite, 1);
    const struct ifb_json *doc;

    s->arena = arena;
    s->path = ifb_cstr(arena, ifb_str_of(path));
    s->tables = ifb_new(arena, struct ifb_user_table, TABLES_MAX + 1);
    s->suite.preset = (struct ifb_sampling){ 0, -1, 1280, -1 };
    s->suite.metrics = ifb_ifeval_metrics;
    doc = read_document(s->path, arena, f);
    if (!doc)
        return NULL;
    doc = with_head(doc, arena);
    if (doc->kind != IFB_JOBJECT) {
        ifb_user_fault(f, s->path, doc->line ? doc->line : 1, "found %s, wanted a suite with items",
                       ifb_json_kind_name(doc->kind));
        return NULL;
    }
    read_head(s, doc, f);
    look_at_items(s, f);
    list_sources(s);
    return s;
}
