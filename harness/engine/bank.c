/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/bank.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/seen.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/journal.h"
#include "harness/engine/manifest.h"
#include "harness/engine/think.h"

#define TURNS_MAX 64

struct ifb_bank {
    struct ifb_arena *arena;
    struct ifb_judging_side *at;
    size_t n, cap;
    struct ifb_seen known;  /* "GENERATOR\nKEY", with the number of the answer from 1 */
    bool by_id;             /* keys are ids of items, whatever the suite's files go by */
    ifb_str otherwise;      /* name of who is not named */
    bool several;           /* answers of more than one */
};

struct ifb_bank *ifb_bank_new(struct ifb_arena *arena)
{
    struct ifb_bank *b = ifb_new(arena, struct ifb_bank, 1);

    b->arena = arena;
    return b;
}

static ifb_str name_of(struct ifb_arena *arena, ifb_str generator, ifb_str key)
{
    return ifb_fmt(arena, "%.*s\n%.*s", IFB_ARG(generator), IFB_ARG(key));
}

/* The last of several answers to an item counts, as when official files are read. */
static void put(void *self, ifb_str generator, ifb_str key, struct ifb_strs turns)
{
    struct ifb_bank *b = self;
    ifb_str *texts = ifb_new(b->arena, ifb_str, turns.n), name;
    struct ifb_judging_side side;
    unsigned before;

    for (size_t i = 0; i < turns.n; i++)
        texts[i] = ifb_utf8_repair(b->arena, ifb_str_copy(b->arena, turns.at[i]));
    generator = ifb_str_copy(b->arena, generator.len ? generator : b->otherwise);
    side = (struct ifb_judging_side){ generator, { texts, turns.n } };
    name = name_of(b->arena, generator, key);
    before = ifb_seen_find(&b->known, name);
    if (before) {
        b->at[before - 1] = side;
        return;
    }
    b->at = ifb_grow(b->arena, b->at, &b->cap, b->n + 1, sizeof(*b->at));
    b->at[b->n++] = side;
    b->several |= !ifb_str_eq(generator, b->at[0].model);
    ifb_seen_add(&b->known, b->arena, name, (unsigned)b->n);
}

enum ifb_code ifb_bank_add_file(struct ifb_bank *bank, const struct ifb_judging *judging,
                                const struct ifb_judged_file *file, struct ifb_error *err)
{
    const struct ifb_judging_answers to = { bank, put };
    struct ifb_arena *scratch = ifb_arena_new();
    ifb_str name = file->name, part;
    enum ifb_code code;

    while (ifb_str_chop(&name, '/', &part))
        continue;
    bank->otherwise = ifb_str_part(name, 0, ifb_str_chr(name, '.', 0) < name.len
                                                ? ifb_str_chr(name, '.', 0) : name.len);
    code = judging->answers(file, scratch, &to, err);
    ifb_arena_close(scratch);
    return code;
}

/* Calls of an item stand in a row: its turns. One without those before it is nobody's. */
static enum ifb_code add_records(struct ifb_bank *b, const struct ifb_journal *journal,
                                 size_t ncalls, const char *suite, const struct ifb_think *think,
                                 struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    ifb_str turns[TURNS_MAX], item = { NULL, 0 };
    uint16_t next = 0;
    enum ifb_code code = IFB_OK;

    for (uint32_t call = 0; call < ncalls && !code; call++) {
        struct ifb_call_record r;
        ifb_str text;

        if (ifb_journal_state(journal, call) != IFB_CALL_ANSWERED)
            continue;
        ifb_arena_reset(arena);
        code = ifb_journal_read(journal, call, arena, &r, err);
        if (code || r.task.ptr || r.epoch || !ifb_str_is(r.suite, suite) || r.turn >= TURNS_MAX ||
            (r.turn && (r.turn != next || !ifb_str_eq(r.item, item))))
            continue;
        item = r.turn ? item : ifb_str_copy(b->arena, r.item);
        next = (uint16_t)(r.turn + 1);
        text = r.response.text.ptr ? ifb_utf8_repair(arena, r.response.text) : IFB_STR("");
        turns[r.turn] = ifb_str_copy(b->arena, think->keep ? text
                                                           : ifb_think_split(think, text).answer);
        put(b, b->otherwise, item, (struct ifb_strs){ turns, next });
    }
    ifb_arena_close(arena);
    return code;
}

enum ifb_code ifb_bank_add_run(struct ifb_bank *bank, const char *folder, const char *suite,
                               const struct ifb_think *think, struct ifb_error *err)
{
    struct ifb_manifest *m = ifb_new(bank->arena, struct ifb_manifest, 1);
    struct ifb_journal *journal = NULL;
    enum ifb_code code =
        ifb_manifest_read(ifb_path_join(bank->arena, folder, "manifest.json"), bank->arena, m, err);

    if (!code && m->nmodels != 1)
        code = ifb_fail(err, IFB_EINPUT, "%s: a baseline wants a run of one model, this has %zu",
                        folder, m->nmodels);
    if (!code)
        code = ifb_journal_open(ifb_path_join(bank->arena, folder, "journal.jsonl"),
                                (size_t)m->calls, &journal, err);
    if (code)
        return code;
    bank->by_id = true;
    bank->otherwise = ifb_judging_model_name(m->models[0].name.len ? m->models[0].name
                                                                    : m->models[0].spec);
    code = add_records(bank, journal, (size_t)m->calls, suite, think, err);
    ifb_journal_close(journal);
    return code;
}

size_t ifb_bank_size(const struct ifb_bank *bank)
{
    return bank->n;
}

bool ifb_bank_has(const struct ifb_bank *bank, ifb_str name)
{
    for (size_t i = 0; i < bank->n; i++)
        if (ifb_str_eq(bank->at[i].model, name))
            return true;
    return false;
}

ifb_str ifb_bank_name(const struct ifb_bank *bank)
{
    return bank->n ? bank->at[0].model : (ifb_str){ NULL, 0 };
}

struct ifb_judging_side ifb_bank_find(const struct ifb_bank *bank,
                                      const struct ifb_judging *judging, const void *state,
                                      const struct ifb_item *item)
{
    ifb_str who = judging->against ? judging->against(state, item) : (ifb_str){ NULL, 0 };
    ifb_str key = judging->key && !bank->by_id ? judging->key(item) : item->id;
    struct ifb_arena *scratch = ifb_arena_new();
    unsigned at = 0;

    if (who.ptr)
        at = ifb_seen_find(&bank->known, name_of(scratch, who, key));
    if (!at && (!who.ptr || bank->by_id || !bank->several))
        at = ifb_seen_find(&bank->known, name_of(scratch, ifb_bank_name(bank), key));
    ifb_arena_close(scratch);
    return at ? bank->at[at - 1]
              : (struct ifb_judging_side){ who.ptr ? who : ifb_bank_name(bank), { NULL, 0 } };
}
