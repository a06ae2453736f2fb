/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mockd: an OpenAI-compatible server for demos, tests and benchmarks. It shares
 * no code with the harness, so that a mistake in the one is not repeated in the
 * other. One thread; no function here blocks except at start.
 */
#ifndef IFB_TESTS_MOCK_H
#define IFB_TESTS_MOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- text.c: bytes ---- */

struct span {
    const char *p;  /* borrowed; NULL: absent */
    size_t n;
};

struct buf {
    char *p;  /* owned */
    size_t n, cap;
};

#define SPAN(literal) ((struct span){ "" literal, sizeof(literal) - 1 })

struct span span_of(const char *s);
struct span buf_span(const struct buf *b);
bool span_equal(struct span a, struct span b);
bool span_begins(struct span s, struct span with);
bool span_contains(struct span s, struct span what);

/* Whole number from 0 to `max`; false when `s` is anything else. */
bool span_number(struct span s, int64_t max, int64_t *out);

/* Fields between ASCII white space: what this server calls tokens. */
size_t span_fields(struct span s);

/* Length of the well-formed UTF-8 sequence at p, 0 when there is none. */
size_t utf8_sequence(const char *p, size_t n);

void buf_reserve(struct buf *b, size_t more);
void buf_put(struct buf *b, struct span s);
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Appends `s` as a JSON string; broken UTF-8 becomes U+FFFD. */
void buf_json(struct buf *b, struct span s);
void buf_free(struct buf *b);

/* FNV-1a with a finaliser; `seed` chains calls. */
uint64_t hash64(uint64_t seed, struct span s);

/* Counts how often a hash was seen. */
struct tally {
    struct tally_slot *slots;
    size_t n, cap;
};
uint32_t tally_next(struct tally *t, uint64_t key);
void tally_free(struct tally *t);

/* ---- raw.c: JSON read without changing a byte of its strings ---- */

/* Whether `text` is one strict JSON value: no raw control characters, valid UTF-8. */
bool raw_valid(struct span text);

/* The text of a member's value; absent when there is none. The object must be valid. */
struct span raw_member(struct span object, const char *key);

/* Walks an array: *at starts as NULL. */
bool raw_next(struct span array, const char **at, struct span *element);

/* Appends what the string literal means; a lone surrogate becomes U+FFFD. */
void raw_decode(struct span literal, struct buf *out);

/* ---- http.c: requests ---- */

struct request {
    struct span method, path, query, body;
    struct span authorization, range;  /* absent when not sent */
    struct span x_api_key, goog_api_key, api_key, anthropic_version;
    bool http10, keep_alive, expect_continue;
    size_t size;  /* bytes of input it took */
};

enum { HTTP_MORE = 0, HTTP_WHOLE = 1 };  /* anything else is the status to refuse with */

/* Reads one request. `scratch` holds a chunked body until the next call. */
int http_read(struct span in, struct request *q, struct buf *scratch);
const char *http_reason(int status);

/* ---- replies ---- */

enum ending { END_KEEP, END_TRUNCATE, END_RESET, END_CLOSE, END_HANG, END_HOLD };

struct reply {
    int status;
    const char *type;
    struct buf headers;  /* whole lines, beyond type and length */
    struct buf body;
    int64_t delay_ms, drip_ms;
    enum ending ending;
    bool stream;  /* chunked: one chunk an event */
    bool head;    /* without the body: HEAD */
    bool close;   /* after a whole reply */
    bool chat;    /* counts against --concurrency */
    bool control; /* does not count as answered */
};

/* ---- fault.c: what goes wrong, and when ---- */

enum {
    FAULT_CONTENT_NULL = 1 << 0,
    FAULT_EMPTY_CHOICES = 1 << 1,
    FAULT_NO_CHOICES = 1 << 2,
    FAULT_BAD_UTF8 = 1 << 3,
    FAULT_INVALID_JSON = 1 << 4,
    FAULT_HTML = 1 << 5,
    FAULT_ERROR = 1 << 6,
    FAULT_PLAIN_ERROR = 1 << 7,
    FAULT_NO_USAGE = 1 << 8,
    FAULT_NO_START = 1 << 9,
    FAULT_NO_DONE = 1 << 10,
};

/* Zero is "not set" throughout. */
struct effect {
    int64_t status, delay_ms, jitter_ms, drip_ms, huge, retry_date_s;
    uint64_t flags;
    enum ending ending;
    const char *retry_after, *retry_after_ms, *message, *code, *model, *finish;
};

struct fault {
    struct fault *next;
    char *spec, *text;  /* as given; and the copy that strings point into */
    struct effect effect;
    int64_t every, nth, first, after, attempts;
    double prob;
    const char *match, *path, *with_key;
    uint64_t seen, hits;
    struct tally tally;
};

/* What a fault looks at. `key` is the same for each attempt of one conversation. */
struct occasion {
    struct span path, prompt, with_key;
    uint64_t key, seed;
};

/* Appends the faults of a SPEC to the list; false with a sentence in *why. */
bool fault_parse(struct span spec, struct fault **list, struct buf *why);
/* Adds the effects of all faults that strike now; says whether one did. */
bool fault_strike(struct fault *list, const struct occasion *at, struct effect *into);
void fault_merge(struct effect *into, const struct effect *from);
void fault_free(struct fault *list);
void fault_help(void);

/* ---- script.c: canned answers ---- */

struct row {
    struct row *next;  /* of the same bucket */
    uint64_t hash;
    struct span prompt, model;  /* decoded; model absent: any */
    struct span response, reasoning, finish;  /* JSON as in the file; may be absent */
    struct span raw;  /* body to send as it is; may be absent */
    int64_t turn;     /* 0: any */
    size_t tokens;
    bool contains;    /* prompt is a part of the text asked for */
    struct effect effect;
    struct fault *fault;
};

struct script {
    struct row **rows;  /* in the order read */
    struct row **buckets;
    size_t n, cap, nbuckets, ncontains;
    struct buf *files;
    size_t nfiles;
};

bool script_load(struct script *s, const char *file, struct buf *why);
/* The best row for a prompt: model and turn count more than neither; later rows win. */
struct row *script_find(const struct script *s, struct span prompt, struct span model,
                        int64_t turn);
void script_free(struct script *s);

/* ---- the server's state ---- */

struct options {
    int64_t port, concurrency, burst, seed, slots, context;
    double rate;  /* a second; 0: no limit */
    const char *port_file, *log, *files, *fallback;
    struct span keys[8];
    size_t nkeys;
    struct span models[32];
    size_t nmodels;
    bool with_parent, log_request;
};

#define STATUS_MAX 600
#define SLOTS_MAX 64

struct mock {
    struct options opt;
    struct script script;
    struct fault *faults;
    int log_fd;  /* -1: none */
    int64_t now_us;
    double tokens;  /* of the rate limit */
    int64_t tokens_at_us;
    uint64_t requests, answered, struck, connections, by_status[STATUS_MAX];
    int64_t flying, peak;
    struct tally asked;  /* files-truncated */
    int64_t slot_free_us[SLOTS_MAX];
    struct buf prompt, line, why, name;  /* reused */
};

/* ---- openai.c and the other vendors, files.c, route.c ---- */

struct chat {
    struct span model, prompt, messages;
    int64_t turn;
    size_t tokens;
    bool stream, stream_usage;
};

/* What the model says: JSON values, ready to be copied. */
struct answer {
    struct span content, reasoning, finish;  /* finish in OpenAI's words */
    size_t tokens;
};

/* A vendor's way to talk about the same chat. */
struct dialect {
    const char *id;
    bool (*owns)(struct span path);
    /* The key a request brings where this vendor wants it; absent: none. */
    struct span (*key)(const struct request *q);
    /* As chat_read. */
    bool (*read)(struct mock *m, const struct request *q, struct chat *c, struct buf *why);
    void (*put)(const struct mock *m, const struct chat *c, const struct answer *a,
                const struct effect *e, struct reply *r);
    /* As openai_error. */
    void (*error)(struct reply *r, int status, const char *message, const char *code);
};

extern const struct dialect openai_dialect, completions_dialect, anthropic_dialect,
    gemini_dialect, ollama_dialect;

/* The key of `Authorization: Bearer KEY`. */
struct span bearer_key(const struct request *q);

/* Reads a request's body; on false *why tells a person what is wrong. */
bool chat_read(struct span body, struct chat *c, struct buf *prompt, struct buf *why);

/* The text of a message's content: a string, or an array of parts. */
void content_read(struct span content, struct buf *out);

/* Calls `put` for each word of a string literal, as a literal of its own. */
void each_word(struct span literal, void (*put)(void *self, struct span word), void *self);

/* Chooses the answer and lets the dialect write it. */
void chat_answer(const struct mock *m, const struct chat *c, const struct row *row,
                 const struct effect *e, const struct dialect *d, struct reply *r);
void openai_models(const struct mock *m, struct reply *r);
/* Makes the reply an error; message NULL: the status in words, code NULL: OpenAI's. */
void openai_error(struct reply *r, int status, const char *message, const char *code);

/* Everything under /files and /redirect; false when the path is neither. */
bool files_route(struct mock *m, const struct request *q, struct reply *r);

/* Turns a request into a reply; logs and counts it. */
void route(struct mock *m, const struct request *q, struct reply *r);

/* ---- server.c ---- */

/* Serves on a listening socket until `signals`, a signalfd, has something. */
int server_run(struct mock *m, int listener, int signals);

/* ---- timer.c: a heap of deadlines ---- */

struct timer {
    int64_t at_us;
    size_t slot;  /* 1-based place in the heap; 0: not armed */
};

struct timers {
    struct timer **heap;
    size_t n, cap;
};

void timer_set(struct timers *t, struct timer *one, int64_t at_us);
void timer_drop(struct timers *t, struct timer *one);
/* Takes a timer that is due, or NULL. */
struct timer *timer_due(struct timers *t, int64_t now_us);

#endif
