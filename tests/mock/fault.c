/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults: what goes wrong and when, written `word,word=value,...`. The table of
 * words below is the grammar, and what --help prints.
 */
#include "tests/mock/mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { FLAG, STATUS, ENDING, NUMBER, TIME, TEXT, CHANCE };

static const struct word {
    const char *name;
    enum kind kind;
    size_t at;       /* in struct fault */
    int64_t value;   /* of a word that takes none */
    const char *arg; /* how its value is called in help; NULL: takes none */
    const char *doc;
} words[] = {
#define EFFECT(member) offsetof(struct fault, effect.member)
#define CHOOSE(member) offsetof(struct fault, member)
    { "status", STATUS, EFFECT(status), 0, "N", "HTTP status; from 400 on with an error body" },
    { "401", STATUS, EFFECT(status), 401, NULL, "short for status=401 (any N of 400 to 599)" },
    { "error", FLAG, EFFECT(flags), FAULT_ERROR, NULL, "an error body, even with status 200" },
    { "plain-error", FLAG, EFFECT(flags), FAULT_PLAIN_ERROR, NULL, "error body {\"error\": TEXT}" },
    { "html-error", FLAG, EFFECT(flags), FAULT_HTML, NULL, "an HTML page (status 502 if not set)" },
    { "message", TEXT, EFFECT(message), 0, "TEXT", "what the error body says" },
    { "code", TEXT, EFFECT(code), 0, "VALUE", "error.code: a number, null, or a string" },
    { "retry-after", TEXT, EFFECT(retry_after), 0, "S", "header Retry-After: S" },
    { "retry-after-date", NUMBER, EFFECT(retry_date_s), 0, "S", "the same as a date S seconds on" },
    { "retry-after-ms", TEXT, EFFECT(retry_after_ms), 0, "MS", "header retry-after-ms: MS" },
    { "reset", ENDING, EFFECT(ending), END_RESET, NULL, "half of the body, then a reset" },
    { "truncate", ENDING, EFFECT(ending), END_TRUNCATE, NULL,
      "half of the body, then a close; Content-Length tells the whole" },
    { "close", ENDING, EFFECT(ending), END_CLOSE, NULL, "a close without a byte" },
    { "hang", ENDING, EFFECT(ending), END_HANG, NULL, "no answer until the client gives up" },
    { "hold", ENDING, EFFECT(ending), END_HOLD, NULL,
      "a stream with all its events whose end never comes" },
    { "delay", TIME, EFFECT(delay_ms), 0, "TIME", "answers TIME later: 200ms, 2s" },
    { "jitter", TIME, EFFECT(jitter_ms), 0, "TIME", "up to TIME more, by conversation and seed" },
    { "drip", TIME, EFFECT(drip_ms), 0, "TIME", "the body byte by byte, one each TIME" },
    { "invalid-json", FLAG, EFFECT(flags), FAULT_INVALID_JSON, NULL,
      "half of the JSON as a whole body: 200 and cut off" },
    { "bad-utf8", FLAG, EFFECT(flags), FAULT_BAD_UTF8, NULL, "broken UTF-8 at the content's end" },
    { "content-null", FLAG, EFFECT(flags), FAULT_CONTENT_NULL, NULL, "content: null" },
    { "empty-choices", FLAG, EFFECT(flags), FAULT_EMPTY_CHOICES, NULL, "choices: []" },
    { "no-choices", FLAG, EFFECT(flags), FAULT_NO_CHOICES, NULL, "a reply without choices" },
    { "no-usage", FLAG, EFFECT(flags), FAULT_NO_USAGE, NULL, "a reply without usage" },
    { "no-start", FLAG, EFFECT(flags), FAULT_NO_START, NULL,
      "anthropic: a stream without message_start" },
    { "no-done", FLAG, EFFECT(flags), FAULT_NO_DONE, NULL, "a stream without its end mark" },
    { "wrong-model-name", TEXT, EFFECT(model), 0, NULL, "short for model=another-model" },
    { "model", TEXT, EFFECT(model), 0, "NAME", "the model's name in the reply" },
    { "finish", TEXT, EFFECT(finish), 0, "REASON", "finish_reason" },
    { "huge", NUMBER, EFFECT(huge), 0, "N", "a reply of N bytes" },
    { "every", NUMBER, CHOOSE(every), 0, "N", "each Nth request" },
    { "nth", NUMBER, CHOOSE(nth), 0, "N", "the Nth request only" },
    { "first", NUMBER, CHOOSE(first), 0, "N", "the first N requests" },
    { "after", NUMBER, CHOOSE(after), 0, "N", "all but the first N requests" },
    { "attempts", NUMBER, CHOOSE(attempts), 0, "N", "the first N tries of each conversation" },
    { "prob", CHANCE, CHOOSE(prob), 0, "P", "one of 1/P tries, by conversation, try and --seed" },
    { "match", TEXT, CHOOSE(match), 0, "TEXT", "requests whose last user message holds TEXT" },
    { "key", TEXT, CHOOSE(with_key), 0, "KEY", "requests that bring this key" },
    { "path", TEXT, CHOOSE(path), 0, "PREFIX", "requests for other paths than /v1/chat/" },
};

#define NWORDS (sizeof(words) / sizeof(words[0]))

void fault_help(void)
{
    for (size_t i = 0; i < NWORDS; i++) {
        char name[40];

        snprintf(name, sizeof(name), "%s%s%s", words[i].name, words[i].arg ? "=" : "",
                 words[i].arg ? words[i].arg : "");
        printf("%s  %-20s %s\n", words[i].at == CHOOSE(every) ? "\nWhen (all must hold):\n" : "",
               name, words[i].doc);
    }
}

static bool read_time(struct span s, int64_t *ms)
{
    int64_t unit = 1;

    if (s.n > 2 && !memcmp(s.p + s.n - 2, "ms", 2)) {
        s.n -= 2;
    } else if (s.n > 1 && s.p[s.n - 1] == 's') {
        s.n--;
        unit = 1000;
    }
    if (!span_number(s, 86400000, ms))
        return false;
    *ms *= unit;
    return true;
}

static bool read_chance(const char *s, double *out)
{
    char *end;

    *out = strtod(s, &end);
    return end > s && !*end && *out >= 0 && *out <= 1;
}

/* Stores a word's value; the kinds say what `value` must look like. */
static bool set_word(const struct word *w, char *value, struct fault *f)
{
    void *member = (char *)f + w->at;
    int64_t *number = member;

    switch (w->kind) {
    case FLAG:
        *(uint64_t *)member |= (uint64_t)w->value;
        return true;
    case ENDING:
        *(enum ending *)member = (enum ending)w->value;
        return true;
    case STATUS:
        *number = w->value;
        return !value || (span_number(span_of(value), STATUS_MAX - 1, number) && *number >= 200);
    case NUMBER:
        return span_number(span_of(value), 1000000000, number) && *number > 0;
    case TIME:
        return read_time(span_of(value), number);
    case TEXT:
        *(const char **)member = value ? value : "another-model";
        return true;
    case CHANCE:
        return read_chance(value, member);
    }
    return false;
}

static const struct word *find_word(const char *name)
{
    for (size_t i = 0; i < NWORDS; i++) {
        if (!strcmp(words[i].name, name))
            return &words[i];
    }
    return NULL;
}

static bool set_item(char *item, struct fault *f, struct buf *why)
{
    char *value = strchr(item, '=');
    const struct word *w;
    int64_t status;

    if (value)
        *value++ = '\0';
    if (!value && span_number(span_of(item), 599, &status) && status >= 400) {
        f->effect.status = status;
        return true;
    }
    w = find_word(item);
    if (!w)
        buf_fmt(why, "unknown word '%s' in a fault", item);
    else if (!value != !w->arg)
        buf_fmt(why, "'%s' %s", item, w->arg ? "needs a value" : "takes no value");
    else if (!set_word(w, value, f))
        buf_fmt(why, "'%s' cannot be '%s'", item, value);
    else
        return true;
    return false;
}

/* Ends the item at s where its comma is, in place; a backslash keeps the next character. */
static char *split_item(char *s)
{
    char *to = s;

    for (; *s && *s != ','; s++) {
        if (*s == '\\' && s[1])
            s++;
        *to++ = *s;
    }
    if (*s)
        s++;
    *to = '\0';
    return s;
}

static char *copy(struct span s)
{
    char *p = strndup(s.p, s.n);

    if (!p)
        abort();
    return p;
}

bool fault_parse(struct span spec, struct fault **list, struct buf *why)
{
    struct fault *f = calloc(1, sizeof(*f)), **last = list;
    char *at, *item;

    if (!f)
        abort();
    f->prob = -1;
    f->path = "/v1/chat/";
    f->spec = copy(spec);
    at = f->text = copy(spec);
    while (*(item = at)) {
        at = split_item(at);
        if (!set_item(item, f, why)) {
            fault_free(f);
            return false;
        }
    }
    while (*last)
        last = &(*last)->next;
    *last = f;
    return true;
}

static bool chosen(struct fault *f, const struct occasion *at)
{
    uint32_t attempt = 0;

    if (!span_begins(at->path, span_of(f->path)) ||
        (f->match && !span_contains(at->prompt, span_of(f->match))) ||
        (f->with_key && !span_equal(at->with_key, span_of(f->with_key))))
        return false;
    f->seen++;
    if (f->attempts || f->prob >= 0)
        attempt = tally_next(&f->tally, at->key);
    if (f->prob >= 0) {
        struct span salt = { (const char *)&attempt, sizeof(attempt) };
        uint64_t h = hash64(hash64(at->key ^ at->seed, salt), span_of(f->spec));

        if ((double)(h >> 11) * 0x1p-53 >= f->prob)
            return false;
    }
    return (!f->every || f->seen % (uint64_t)f->every == 0) &&
           (!f->nth || f->seen == (uint64_t)f->nth) &&
           (!f->first || f->seen <= (uint64_t)f->first) && f->seen > (uint64_t)f->after &&
           (!f->attempts || attempt <= f->attempts);
}

#define TAKE(member) (into->member = from->member ? from->member : into->member)

void fault_merge(struct effect *into, const struct effect *from)
{
    into->flags |= from->flags;
    TAKE(status);
    TAKE(delay_ms);
    TAKE(jitter_ms);
    TAKE(drip_ms);
    TAKE(huge);
    TAKE(retry_date_s);
    TAKE(ending);
    TAKE(retry_after);
    TAKE(retry_after_ms);
    TAKE(message);
    TAKE(code);
    TAKE(model);
    TAKE(finish);
}

bool fault_strike(struct fault *list, const struct occasion *at, struct effect *into)
{
    bool struck = false;

    for (struct fault *f = list; f; f = f->next) {
        if (!chosen(f, at))
            continue;
        f->hits++;
        fault_merge(into, &f->effect);
        struck = true;
    }
    return struck;
}

void fault_free(struct fault *list)
{
    while (list) {
        struct fault *next = list->next;

        tally_free(&list->tally);
        free(list->spec);
        free(list->text);
        free(list);
        list = next;
    }
}
