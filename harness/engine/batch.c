/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/batch.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/pool.h"
#include "harness/engine/resources.h"

#define BLOCK_LINES 64
#define BLOCK_BYTES ((size_t)256 << 10)
#define OUT_MAX ((size_t)1 << 30)

/* Some lines in a row, with what came of them. */
struct block {
    struct ifb_job job;
    struct ifb_buf in, out;  /* lines with their newlines; result lines */
    unsigned first_line;
    int64_t lines, errors;
    uint64_t number;     /* blocks leave in this order */
    struct block *next;
};

struct batch {
    const struct ifb_batch_options *o;
    const struct ifb_sink *sink;
    struct ifb_pool *pool;
    struct block *spare, *waiting;  /* waiting: done, but not yet their turn */
    uint64_t next_in, next_out;
    struct ifb_batch_counts *counts;
    bool failed;
};

/* One line on its way through. */
struct line_case {
    const struct ifb_json *id;
    ifb_verdict strict, loose;
    ifb_str error;
};

static void write_truth(struct ifb_jw *w, const char *key, enum ifb_outcome outcome)
{
    if (outcome == IFB_PASS || outcome == IFB_FAIL)
        ifb_jw_bool(w, key, outcome == IFB_PASS);
    else
        ifb_jw_null(w, key);
}

static void write_spans(struct ifb_jw *w, const ifb_verdict *v)
{
    if (!v->nat)
        return;
    ifb_jw_array(w, "at");
    for (size_t i = 0; i < v->nat; i++) {
        ifb_jw_int(w, NULL, v->at[i].from);
        ifb_jw_int(w, NULL, v->at[i].to);
    }
    ifb_jw_end(w);
}

static void write_case(const struct line_case *c, bool spans, struct ifb_buf *out)
{
    struct ifb_jw w;
    ifb_str error = c->error, why = c->strict.outcome == IFB_ERROR ? c->loose.why : c->strict.why;

    if (!error.ptr && c->strict.outcome == IFB_ERROR)
        error = c->strict.why;
    if (!error.ptr && c->loose.outcome == IFB_ERROR)
        error = c->loose.why;
    ifb_jw_open(&w, out);
    ifb_jw_object(&w, NULL);
    if (c->id)
        ifb_jw_value(&w, "id", c->id);
    else
        ifb_jw_null(&w, "id");
    write_truth(&w, "strict", c->strict.outcome);
    write_truth(&w, "loose", c->loose.outcome);
    ifb_jw_str(&w, "why", error.ptr || !why.len ? (ifb_str){ NULL, 0 } : why);
    ifb_jw_str(&w, "error", error);
    if (spans)
        write_spans(&w, &c->strict);
    ifb_jw_end(&w);
    ifb_buf_char(out, '\n');
}

/* By name and arguments, or by an expression. */
static enum ifb_code load_case(const struct ifb_json *v, struct ifb_arena *arena,
                               struct ifb_constraint *out, struct ifb_error *err)
{
    const struct ifb_json *kwargs = ifb_json_get(v, "kwargs"), *id, *expr;

    id = ifb_json_get(v, "instruction_id");
    expr = ifb_json_get(v, "constraint");
    if (kwargs && kwargs->kind == IFB_JNULL)
        kwargs = NULL;
    if (expr && (id || kwargs))
        return ifb_fail(err, IFB_EINPUT, "\"constraint\" stands for itself, without "
                        "\"instruction_id\" and \"kwargs\"");
    if (!expr && (!id || id->kind != IFB_JSTRING))
        return ifb_fail(err, IFB_EINPUT, "\"instruction_id\" must be a string");
    if (!expr)
        return ifb_constraint_load(arena, id->string, kwargs, out, err);
    return ifb_constraint_load_expression(arena, expr, out, err) ? ifb_within(err, "constraint")
                                                                 : IFB_OK;
}

static enum ifb_code check_case(const struct batch *b, const struct ifb_json *v,
                                struct ifb_arena *arena, struct ifb_arena *scratch,
                                struct line_case *c, struct ifb_error *err)
{
    const struct ifb_json *response = ifb_json_get(v, "response");
    const struct ifb_resources *resources;
    struct ifb_constraint constraint;
    enum ifb_code code;

    if (!response || response->kind != IFB_JSTRING)
        return ifb_fail(err, IFB_EINPUT, "\"response\" must be a string");
    code = load_case(v, arena, &constraint, err);
    if (code)
        return code;
    code = ifb_lazy_get(b->o->resources, constraint.needs, &resources, err);
    if (!code)
        ifb_constraint_score(&constraint, ifb_forms_new(arena, response->string, resources),
                             scratch, b->o->explain || b->o->spans, &c->strict, &c->loose);
    ifb_constraint_release(&constraint);
    if (!b->o->explain && c->strict.outcome != IFB_ERROR)
        c->strict.why = (ifb_str){ NULL, 0 };
    return code;
}

static void run_line(const struct batch *b, ifb_str line, unsigned number, struct block *block,
                     struct ifb_arena *arena, struct ifb_arena *scratch)
{
    struct line_case c = { 0 };
    const struct ifb_json *v;
    struct ifb_error err = { 0 };
    enum ifb_code code = ifb_json_parse(arena, ifb_utf8_repair(arena, line), IFB_JSON_DUPLICATES,
                                        number, &v, &err);

    if (!code && v->kind != IFB_JOBJECT)
        code = ifb_fail(&err, IFB_EINPUT, "line %u: wanted an object", number);
    if (!code) {
        c.id = ifb_json_get(v, "id");
        code = check_case(b, v, arena, scratch, &c, &err);
        if (code)
            ifb_within(&err, "line %u", number);
    }
    if (code) {
        c.strict.outcome = c.loose.outcome = IFB_ERROR;
        c.error = ifb_utf8_repair(arena, ifb_str_of(err.msg));
    }
    block->lines++;
    block->errors += c.strict.outcome == IFB_ERROR || c.loose.outcome == IFB_ERROR;
    write_case(&c, b->o->spans, &block->out);
}

static void run_block(void *shared, struct ifb_job *job, struct ifb_arena *scratch)
{
    struct block *block = (struct block *)job;
    struct ifb_arena *arena = ifb_arena_new();  /* of one line */
    ifb_str rest = ifb_buf_view(&block->in), line;
    unsigned number = block->first_line;

    for (; ifb_str_chop(&rest, '\n', &line); number++) {
        if (!ifb_str_trim_ascii(line).len)
            continue;
        run_line(shared, line, number, block, arena, scratch);
        ifb_arena_reset(arena);
        ifb_arena_reset(scratch);
    }
    ifb_arena_close(arena);
}

static struct block *take_block(struct batch *b, unsigned first_line)
{
    struct block *block = b->spare;

    if (block) {
        b->spare = block->next;
    } else {
        block = calloc(1, sizeof(*block));
        if (!block)
            ifb_out_of_memory();
        ifb_buf_init(&block->in, IFB_LINE_MAX + BLOCK_BYTES);
        ifb_buf_init(&block->out, OUT_MAX);
    }
    ifb_buf_clear(&block->in);
    ifb_buf_clear(&block->out);
    block->lines = block->errors = 0;
    block->first_line = first_line;
    block->number = b->next_in++;
    return block;
}

static void free_blocks(struct block *block)
{
    while (block) {
        struct block *next = block->next;

        ifb_buf_close(&block->in);
        ifb_buf_close(&block->out);
        free(block);
        block = next;
    }
}

/* A huge line must not keep its room for the rest of the stream. */
static void give_block(struct batch *b, struct block *block)
{
    if (block->in.cap > 2 * BLOCK_BYTES)
        ifb_buf_close(&block->in);
    if (block->out.cap > 2 * BLOCK_BYTES)
        ifb_buf_close(&block->out);
    block->next = b->spare;
    b->spare = block;
}

/* Writes the blocks whose turn it is. */
static void write_ready(struct batch *b)
{
    struct block **at = &b->waiting;

    while (*at) {
        struct block *block = *at;

        if (block->number != b->next_out) {
            at = &block->next;
            continue;
        }
        *at = block->next;
        if (!b->sink->append(b->sink->self, block->out.ptr, block->out.len))
            b->failed = true;
        b->counts->lines += block->lines;
        b->counts->errors += block->errors;
        b->next_out++;
        give_block(b, block);
        at = &b->waiting;
    }
}

static void drain(struct batch *b, bool all)
{
    struct ifb_job *job;

    while ((job = ifb_pool_pop(b->pool, all)) != NULL) {
        struct block *block = (struct block *)job;

        block->next = b->waiting;
        b->waiting = block;
    }
    write_ready(b);
}

static void send_block(struct batch *b, struct block *block)
{
    ifb_pool_push(b->pool, &block->job);
    ifb_pool_flush(b->pool);  /* a block is many checks */
    drain(b, false);
}

/* The input pauses: everything that came so far is answered now. */
static void catch_up(struct batch *b)
{
    drain(b, true);
    if (b->o->flush && !b->o->flush())
        b->failed = true;
}

static enum ifb_code read_lines(struct batch *b, struct ifb_lines *lines, struct ifb_error *err)
{
    struct block *block = NULL;
    ifb_str line;
    bool more = true;
    enum ifb_code code = IFB_OK;

    while (!code && !b->failed) {
        if (ifb_lines_would_wait(lines)) {
            if (block)
                send_block(b, block);
            block = NULL;
            catch_up(b);
        }
        code = ifb_lines_next(lines, &line, &more, err);
        if (code || !more)
            break;
        if (!block)
            block = take_block(b, ifb_lines_number(lines));
        ifb_buf_str(&block->in, line);
        ifb_buf_char(&block->in, '\n');
        if (block->in.len >= BLOCK_BYTES ||
            ifb_lines_number(lines) - block->first_line + 1 >= BLOCK_LINES) {
            send_block(b, block);
            block = NULL;
        }
    }
    if (block)
        send_block(b, block);
    catch_up(b);
    return code;
}

enum ifb_code ifb_batch_run(const char *path, const struct ifb_batch_options *options,
                            const struct ifb_sink *sink, struct ifb_batch_counts *counts,
                            struct ifb_error *err)
{
    struct batch b = { .o = options, .sink = sink, .counts = counts };
    struct ifb_lines *lines;
    enum ifb_code code = ifb_lines_open(path, &lines, err);

    if (code)
        return code;
    *counts = (struct ifb_batch_counts){ 0 };
    b.pool = ifb_pool_new(options->threads, run_block, &b);
    code = read_lines(&b, lines, err);
    ifb_pool_close(b.pool);
    free_blocks(b.spare);
    free_blocks(b.waiting);
    ifb_lines_close(lines);
    if (!code && b.failed)
        code = ifb_fail(err, IFB_EIO, "cannot write the results");
    return code;
}
