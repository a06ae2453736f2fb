/* SPDX-License-Identifier: Apache-2.0 */
/* Canned answers: rows of JSONL files, found by the text of the last user message. */
#include "tests/mock/mock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_file(const char *file, struct buf *out, struct buf *why)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : 1;

    while (n > 0) {
        buf_reserve(out, 1 << 16);
        n = read(fd, out->p + out->n, out->cap - out->n);
        out->n += n > 0 ? (size_t)n : 0;
    }
    if (n < 0)
        buf_fmt(why, "%s: %s", file, strerror(errno));
    if (fd >= 0)
        close(fd);
    return n == 0;
}

static bool is_string(struct span value)
{
    return value.n && value.p[0] == '"';
}

static struct span decoded(struct span literal)
{
    struct buf b = { 0 };

    if (!is_string(literal))
        return (struct span){ NULL, 0 };
    buf_reserve(&b, literal.n);
    raw_decode(literal, &b);
    return buf_span(&b);
}

/* A member that is a whole number; false when it is there and is not one. */
static bool number_member(struct span object, const char *key, int64_t max, int64_t *out)
{
    struct span value = raw_member(object, key);

    return !value.p || span_number(value, max, out);
}

static bool read_fault(struct span line, struct row *row, struct buf *why)
{
    struct span spec = decoded(raw_member(line, "fault"));
    bool good = !spec.p || fault_parse(spec, &row->fault, why);

    free((char *)spec.p);
    return good;
}

static bool read_raw(struct span line, struct row *row)
{
    struct span value = raw_member(line, "raw");
    struct buf b = { 0 };

    if (!value.p)
        return false;
    if (is_string(value)) {
        row->raw = decoded(value);
    } else {
        buf_reserve(&b, value.n);
        buf_put(&b, value);
        row->raw = buf_span(&b);
    }
    return true;
}

static void read_response(struct span line, struct row *row)
{
    struct span text;

    row->response = raw_member(line, "response");
    if (span_equal(raw_member(line, "content_null"), SPAN("true")))
        row->response = SPAN("null");
    row->reasoning = raw_member(line, "reasoning");
    row->finish = raw_member(line, "finish_reason");
    text = decoded(row->response);
    row->tokens = span_fields(text);
    free((char *)text.p);
}

static bool read_row(struct span line, struct row *row, struct buf *why)
{
    struct span prompt = raw_member(line, "prompt");
    bool answers;

    if (!prompt.p) {
        prompt = raw_member(line, "prompt_contains");
        row->contains = true;
    }
    read_response(line, row);
    row->prompt = decoded(prompt);
    row->model = decoded(raw_member(line, "model"));
    answers = read_raw(line, row) || row->response.p || raw_member(line, "fault").p ||
              raw_member(line, "status").p;
    if (!row->prompt.p)
        buf_fmt(why, "wants a string \"prompt\" or \"prompt_contains\"");
    else if (!answers)
        buf_fmt(why, "wants a \"response\"");
    else if (!number_member(line, "status", STATUS_MAX - 1, &row->effect.status) ||
             (row->effect.status && row->effect.status < 200))
        buf_fmt(why, "\"status\" must be a number from 200 to 599");
    else if (!number_member(line, "delay_ms", 86400000, &row->effect.delay_ms))
        buf_fmt(why, "\"delay_ms\" must be a whole number");
    else if (!number_member(line, "turn", 100000, &row->turn))
        buf_fmt(why, "\"turn\" must be a whole number");
    else
        return read_fault(line, row, why);
    return false;
}

static void free_row(struct row *row)
{
    free((char *)row->prompt.p);
    free((char *)row->model.p);
    free((char *)row->raw.p);
    fault_free(row->fault);
    free(row);
}

static bool add_row(struct script *s, struct span line, struct buf *why)
{
    struct row *row = calloc(1, sizeof(*row));

    if (!row)
        abort();
    if (!raw_valid(line) || line.p[strspn(line.p, " \t")] != '{') {
        buf_fmt(why, "not a JSON object");
    } else if (read_row(line, row, why)) {
        if (s->n == s->cap) {
            s->cap = s->cap ? s->cap * 2 : 256;
            s->rows = realloc(s->rows, s->cap * sizeof(struct row *));
            if (!s->rows)
                abort();
        }
        row->hash = hash64(0, row->prompt);
        s->ncontains += row->contains;
        s->rows[s->n++] = row;
        return true;
    }
    free_row(row);
    return false;
}

/* Buckets hold the rows newest first, so that of two equal rows the later wins. */
static void index_rows(struct script *s)
{
    free(s->buckets);
    for (s->nbuckets = 64; s->nbuckets < s->n; s->nbuckets *= 2)
        ;
    s->buckets = calloc(s->nbuckets, sizeof(struct row *));
    if (!s->buckets)
        abort();
    for (size_t i = 0; i < s->n; i++) {
        struct row **bucket = &s->buckets[s->rows[i]->hash & (s->nbuckets - 1)];

        s->rows[i]->next = *bucket;
        *bucket = s->rows[i];
    }
}

static struct buf *add_file(struct script *s)
{
    s->files = realloc(s->files, (s->nfiles + 1) * sizeof(*s->files));
    if (!s->files)
        abort();
    s->files[s->nfiles] = (struct buf){ 0 };
    return &s->files[s->nfiles++];
}

bool script_load(struct script *s, const char *file, struct buf *why)
{
    struct buf *text = add_file(s), reason = { 0 };
    size_t number = 1, at = 0;
    bool good = read_file(file, text, why);

    while (good && at < text->n) {
        const char *nl = memchr(text->p + at, '\n', text->n - at);
        size_t n = nl ? (size_t)(nl - text->p) - at : text->n - at;
        struct span line = { text->p + at, n };

        if (span_fields(line) && !add_row(s, line, &reason)) {
            buf_fmt(why, "%s:%zu: %.*s", file, number, (int)reason.n, reason.p);
            good = false;
        }
        at += n + 1;
        number++;
    }
    buf_free(&reason);
    index_rows(s);
    return good;
}

/* How well a row fits: 0 not at all. */
static int fit(const struct row *row, struct span model, int64_t turn)
{
    if ((row->model.p && !span_equal(row->model, model)) || (row->turn && row->turn != turn))
        return 0;
    return 1 + 2 * (row->model.p != NULL) + (row->turn != 0);
}

static struct row *find_contained(const struct script *s, struct span prompt, struct span model,
                                  int64_t turn)
{
    struct row *best = NULL;
    int best_fit = 0;

    for (size_t i = s->n; i-- > 0;) {
        struct row *row = s->rows[i];
        int score = row->contains && span_contains(prompt, row->prompt) ? fit(row, model, turn) : 0;

        if (score > best_fit) {
            best_fit = score;
            best = row;
        }
    }
    return best;
}

struct row *script_find(const struct script *s, struct span prompt, struct span model, int64_t turn)
{
    uint64_t hash = hash64(0, prompt);
    struct row *best = NULL;
    int best_fit = 0;

    if (!s->n)
        return NULL;
    for (struct row *row = s->buckets[hash & (s->nbuckets - 1)]; row; row = row->next) {
        int score = 0;

        if (row->hash == hash && !row->contains && span_equal(row->prompt, prompt))
            score = fit(row, model, turn);
        if (score > best_fit) {
            best_fit = score;
            best = row;
        }
    }
    return best || !s->ncontains ? best : find_contained(s, prompt, model, turn);
}

void script_free(struct script *s)
{
    for (size_t i = 0; i < s->n; i++)
        free_row(s->rows[i]);
    for (size_t i = 0; i < s->nfiles; i++)
        buf_free(&s->files[i]);
    free(s->rows);
    free(s->buckets);
    free(s->files);
}
