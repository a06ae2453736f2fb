/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A suite's file. The first byte chooses the reader: 'a' and on are the suites in
 * table order, 'Y', 'J', 'L' a suite of one's own in YAML, JSON, JSON lines; what
 * follows a NUL is its table t.csv. 'G' is one in JSON composed by the input.
 */
#include <ifbench/suite.h>

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "tests/fuzz/fuzz.h"

#define ITEMS_MAX 300  /* that are looked at: a table of many rows has many alike */

static const char *const keys[] = {
    "suite", "items", "defaults", "vars", "table", "system", "id", "prompt", "messages", "turns",
    "constraints", "instruction_id_list", "kwargs", "group", "level", "reference", "tags", "role",
    "content", "drop", "name", "contains", "not", "all", "description", "max_tokens", NULL
};
static const char *const strings[] = {
    "x", "{{x}}", "{{a}} and {{b}}", "{{{{", "}}", "user", "system", "assistant", "t.csv",
    "punctuation:no_comma", "contains", "keywords:existence", "a", "b", NULL
};

static const struct ifb_suite *built_in(uint8_t which)
{
    const struct ifb_suite *s = ifb_suite_next(NULL);

    for (; s && which > 'a'; which--)
        s = ifb_suite_next(s);
    return s;
}

static void look_at(struct ifb_item *item)
{
    fuzz_demand(item->id.len && item->prompt.n);
    fuzz_demand(ifb_utf8_valid(item->id) == item->id.len);
    for (size_t i = 0; i < item->prompt.n; i++)
        fuzz_demand(ifb_utf8_valid(item->prompt.at[i].text) == item->prompt.at[i].text.len);
    for (size_t i = 0; i < item->nconstraints; i++) {
        if (item->constraints[i].check)
            fuzz_score(&item->constraints[i], IFB_STR("An answer, *short*.\nTwo lines."), NULL);
        ifb_constraint_release(&item->constraints[i]);
    }
}

/* Where an item is, and what it is called. */
struct found {
    int64_t place;
    ifb_str id;
};

static void find_again(const struct ifb_suite *suite, void *state, const struct found *found)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_item item;

    fuzz_demand(!suite->again(state, found->place, arena, &item, NULL));
    fuzz_demand(ifb_str_eq(item.id, found->id));
    look_at(&item);
    ifb_arena_close(arena);
}

static void walk(const struct ifb_suite *suite, const char *path, struct ifb_arena *arena)
{
    const struct ifb_suite_source source = { &path, 1 };
    struct found found[ITEMS_MAX];
    struct ifb_item item;
    struct ifb_error err;
    void *state = NULL;
    bool more = true;
    int n = 0;

    if (suite->begin ? suite->begin(suite->self, arena, &state, &err)
                     : suite->open(&source, arena, &state, &err))
        return;
    while (n < ITEMS_MAX && !suite->next(state, &item, &more, &err) && more) {
        found[n++] = (struct found){ suite->place ? suite->place(state) : -1, item.id };
        look_at(&item);
    }
    for (int i = 0; i < n; i++)
        if (found[i].place >= 0)
            find_again(suite, state, &found[i]);
    suite->close(state);
}

static void hear(void *self, const char *file, unsigned line, const char *message)
{
    size_t *n = self;

    (void)line;
    fuzz_demand(file && *message);
    fuzz_demand(ifb_utf8_valid(ifb_str_of(message)) == strlen(message));
    ++*n;
}

/* Validating tells of faults exactly when reading stops at one. */
static void read_own(const char *path, struct ifb_arena *arena)
{
    const struct ifb_suite *suite = NULL;
    struct ifb_suite_tally tally;
    struct ifb_error err;
    size_t heard = 0;

    fuzz_demand(!ifb_suite_validate(path, arena, hear, &heard, &tally, &err));
    fuzz_demand((heard > 0) == (tally.faults > 0));
    if (!ifb_suite_read(path, arena, &suite, &err))
        walk(suite, path, arena);
    else
        fuzz_demand(tally.faults);
}

static void read_with_table(const char *name, ifb_str document, struct fuzz_in *in,
                            struct ifb_arena *arena)
{
    ifb_str rest = { (const char *)in->at, in->n };

    fuzz_file(arena, "t.csv", in->n ? rest : IFB_STR("id,a,b\n1,x,y\n2,\"p\nq\",z\n"));
    read_own(fuzz_file(arena, name, document), arena);
}

/* Up to NUL, as it is: a file need not be UTF-8. */
static ifb_str raw_until_nul(struct fuzz_in *in)
{
    const uint8_t *end = in->n ? memchr(in->at, 0, in->n) : NULL;
    ifb_str part = { (const char *)in->at, end ? (size_t)(end - in->at) : in->n };

    in->at += part.len;
    in->n -= part.len;
    fuzz_byte(in);
    return part.len ? part : IFB_STR("");
}

/* ---- composing ---- */

#define SUITE_MAX ((size_t)1 << 20)

static const struct fuzz_words words = { keys, strings };

static void put_string(struct fuzz_in *in, struct ifb_buf *out)
{
    ifb_json_quote(out, ifb_str_of(strings[fuzz_below(in, 14)]), false);
}

static void put_constraints(struct fuzz_in *in, struct ifb_arena *arena, struct ifb_buf *out)
{
    unsigned n = fuzz_below(in, 4);

    ifb_buf_cstr(out, ",\"constraints\":[\"json\"");
    for (unsigned i = 0; i < n; i++) {
        const struct ifb_check *check = fuzz_check(in);

        ifb_buf_fmt(out, ",{\"%s\":", check->id);
        fuzz_args(in, check, arena, out);
        ifb_buf_fmt(out, ",\"name\":\"%c\"}", 'a' + (int)fuzz_below(in, 3));
    }
    ifb_buf_char(out, ']');
}

static void put_turns(struct fuzz_in *in, struct ifb_arena *arena, struct ifb_buf *out)
{
    unsigned n = 1 + fuzz_below(in, 3);

    ifb_buf_cstr(out, ",\"turns\":[");
    for (unsigned i = 0; i < n; i++) {
        ifb_buf_cstr(out, i ? ",{\"prompt\":" : "{\"prompt\":");
        put_string(in, out);
        put_constraints(in, arena, out);
        if (fuzz_byte(in) & 1)
            ifb_buf_fmt(out, ",\"drop\":[\"%c\"]", 'a' + (int)fuzz_below(in, 3));
        ifb_buf_char(out, '}');
    }
    ifb_buf_char(out, ']');
}

static void put_messages(struct fuzz_in *in, struct ifb_buf *out)
{
    static const char *const roles[] = { "user", "assistant", "system" };
    unsigned n = fuzz_below(in, 4);

    ifb_buf_cstr(out, ",\"messages\":[");
    for (unsigned i = 0; i <= n; i++) {
        ifb_buf_fmt(out, "%s{\"role\":\"%s\",\"content\":", i ? "," : "",
                    i == n ? "user" : roles[fuzz_below(in, 3)]);
        put_string(in, out);
        ifb_buf_char(out, '}');
    }
    ifb_buf_char(out, ']');
}

/* Members that may be there, with any value. */
static void put_more(struct fuzz_in *in, struct ifb_arena *arena, struct ifb_buf *out)
{
    static const char *const names[] = { "vars", "tags", "level", "group", "reference", "system",
                                         "table", "defaults" };
    uint8_t which = fuzz_byte(in);

    for (unsigned i = 0; i < 8; i++)
        if (which >> i & 1) {
            ifb_buf_fmt(out, ",\"%s\":", names[i]);
            fuzz_json(in, &words, arena, out);
        }
}

static void put_item(struct fuzz_in *in, unsigned id, struct ifb_arena *arena, struct ifb_buf *out)
{
    unsigned what = fuzz_below(in, 3);

    ifb_buf_fmt(out, "{\"id\":%u", id);
    if (what == 0) {
        ifb_buf_cstr(out, ",\"prompt\":");
        put_string(in, out);
    } else if (what == 1) {
        put_turns(in, arena, out);
    } else {
        put_messages(in, out);
    }
    put_constraints(in, arena, out);
    put_more(in, arena, out);
    ifb_buf_char(out, '}');
}

static ifb_str compose(struct fuzz_in *in, struct ifb_arena *arena)
{
    unsigned n = fuzz_below(in, 4);
    struct ifb_buf buf;
    ifb_str made;

    ifb_buf_init(&buf, SUITE_MAX);
    ifb_buf_cstr(&buf, "{\"items\":[");
    for (unsigned i = 0; i <= n; i++) {
        ifb_buf_cstr(&buf, i ? "," : "");
        put_item(in, i, arena, &buf);
    }
    ifb_buf_cstr(&buf, "],\"vars\":{\"x\":\"{{a}}\",\"y\":[1]}");
    if (fuzz_byte(in) & 1)
        ifb_buf_cstr(&buf, ",\"table\":\"t.csv\"");
    ifb_buf_char(&buf, '}');
    made = fuzz_exact(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct fuzz_in in = { data, size };
    uint8_t kind = fuzz_byte(&in);
    const struct ifb_suite *suite = kind >= 'a' && kind <= 'z' ? built_in(kind) : NULL;

    if (suite && suite->files)
        walk(suite, fuzz_file(arena, "rows.jsonl", (ifb_str){ (const char *)in.at, in.n }), arena);
    else if (kind == 'Y')
        read_with_table("own.yaml", raw_until_nul(&in), &in, arena);
    else if (kind == 'J')
        read_with_table("own.json", raw_until_nul(&in), &in, arena);
    else if (kind == 'L')
        read_with_table("own.jsonl", raw_until_nul(&in), &in, arena);
    else if (kind == 'G')
        read_with_table("own.json", compose(&in, arena), &in, arena);
    ifb_arena_close(arena);
    return 0;
}
