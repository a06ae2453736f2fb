/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a provider: two pure functions between a request and an HTTP
 * call, or `answer` where there is no HTTP. A provider does no I/O and knows no
 * clock, so its tests need no socket. To add one, write
 * harness/provider/NAME.c, end it with a `const struct ifb_provider` and add
 * that to harness/provider/table.c.
 */
#ifndef IFBENCH_PROVIDER_H
#define IFBENCH_PROVIDER_H

#include <ifbench/suite.h>
#include <ifbench/types.h>

/* What is asked, provider-neutral. */
struct ifb_request {
    struct ifb_conversation messages;
    struct ifb_sampling sampling;
};

/* An HTTP header; `secret` ones never reach a message, journal or trace. */
struct ifb_header {
    ifb_str name, value;
    bool secret;
};

#define IFB_HEADERS_MAX 16

/* A call ready to send; strings live in the arena given to encode. */
struct ifb_http_call {
    const char *method;  /* "POST" */
    ifb_str url;
    struct ifb_header headers[IFB_HEADERS_MAX];
    size_t nheaders;
    ifb_str body;
};

/* What came back. */
struct ifb_http_reply {
    int status;
    ifb_str body;
    int64_t retry_after_ms;  /* Retry-After, else the vendor's reset of its quota; -1 unknown */
};

/* Why the model stopped. */
enum ifb_finish { IFB_FINISH_UNKNOWN, IFB_FINISH_STOP, IFB_FINISH_LENGTH, IFB_FINISH_FILTER,
                  IFB_FINISH_OTHER };
const char *ifb_finish_name(enum ifb_finish finish);

/*
 * What a model answered. `text` is the answer as the provider gave it (absent
 * when there was none, as in content: null); `reasoning` what it gave apart.
 * Counts are -1 when the provider did not say.
 */
struct ifb_response {
    ifb_str text;
    ifb_str reasoning;
    ifb_str model;  /* the name the server answered with */
    enum ifb_finish finish;
    int64_t tokens_in, tokens_out;
};

/* A model as the user named it, made by ifb_model_parse. */
struct ifb_model {
    const struct ifb_provider *provider;
    ifb_str spec;      /* as typed, and what is varied of it; safe to print */
    ifb_str given;     /* as typed */
    struct ifb_sampling sampling;  /* what this variant of it sets; else negative */
    ifb_str base_url;  /* without a trailing slash; "" where there is none */
    ifb_str name;      /* what the provider calls the model */
    ifb_str path;      /* replay: the file */
    ifb_str key;       /* secret; from the environment only; may be absent */
    struct ifb_header extra[IFB_HEADERS_MAX];  /* --header */
    size_t nextra;
};

#define IFB_COMPLAINT_MAX 300

struct ifb_provider {
    const char *id, *doc;
    const char *spec;      /* how a model of it is written, for help */
    const char *key_env;   /* environment variable that holds the key, or NULL */
    const char *base_env;  /* environment variable that overrides base_url, or NULL */
    const char *base_url;  /* default, or NULL */
    /*
     * Pure; both NULL where there is no HTTP (replay).
     * encode writes the call for `request` into *call, in `arena`; strings of
     * the model may be borrowed. decode reads a reply with a 2xx status; what
     * *out points at lives in `arena` or in the reply. A body that is not what
     * the provider promises is IFB_EPROTO; one without an answer (content: null)
     * is fine and has no text. Each step is type-checked.
     */
    enum ifb_code (*encode)(const struct ifb_model *model, const struct ifb_request *request,
                            struct ifb_arena *arena, struct ifb_http_call *call,
                            struct ifb_error *err);
    enum ifb_code (*decode)(const struct ifb_http_reply *reply, struct ifb_arena *arena,
                            struct ifb_response *out, struct ifb_error *err);
    /*
     * Pure. The sentence in an error body that tells a person what is wrong: its
     * first line, at most IFB_COMPLAINT_MAX bytes; absent when there is none.
     */
    ifb_str (*complaint)(ifb_str body, struct ifb_arena *arena);
};

/* The provider called `id`, or NULL; and a walk over all. */
const struct ifb_provider *ifb_provider_find(ifb_str id);
const struct ifb_provider *ifb_provider_next(const struct ifb_provider *previous);

/*
 * Reads a SPEC:
 *   http://HOST[:PORT]/PATH#MODEL, https://...   a server that speaks OpenAI's chat
 *       completions; key from IFBENCH_API_KEY, if any
 *   openai:NAME   https://api.openai.com/v1 or OPENAI_BASE_URL; key from
 *       OPENAI_API_KEY, needed only when it is OpenAI itself
 *   replay:FILE   stored answers
 * OpenAI's key goes to no host that a spec names. Keys and base URLs come from
 * `env`, a lookup such as getenv; NULL: there are none. A URL with a user name,
 * a password or a query (but ?api-version=, which Azure wants) is refused and
 * not repeated, so that `spec`, `base_url` and the message are safe to print.
 * Strings are copied into `arena`; `extra` is empty. IFB_EUSAGE with what to type.
 */
enum ifb_code ifb_model_parse(ifb_str spec, const char *(*env)(const char *name),
                              struct ifb_arena *arena, struct ifb_model *out,
                              struct ifb_error *err);

/*
 * Takes the model's key and its secret headers' values out of a message that may
 * quote a server: "***" stands for each, also for a piece that is cut off after 8
 * bytes. To be called before such a message goes anywhere.
 */
void ifb_model_redact(const struct ifb_model *model, struct ifb_error *err);

#endif
