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
    struct ifb_strs stop;  /* texts at which the answer is to end */
    int64_t top_logprobs;  /* how many likely tokens to tell at each place; 0: none */
    size_t key;            /* which of the model's keys, counted on without end */
    bool stream;           /* the reply is to be a stream of events */
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
    bool direct;         /* not through a proxy, whatever the environment says */
    bool stream;         /* a body with status 200 is handed over as it comes */
    ifb_str left_out;    /* "seed, stop": asked for, but nothing this model takes; may be "" */
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

/* A token and the natural logarithm of its probability. */
struct ifb_logprob {
    ifb_str token;
    double logprob;
};

#define IFB_TOP_MAX 5

#define IFB_TOKENS_MOST ((int64_t)1000000000)  /* of one answer: sums of them stay in range */

/*
 * What a model answered. `text` is the answer as the provider gave it (absent
 * when there was none, as in content: null); `reasoning` what it gave apart.
 * Counts are -1 when the provider did not say; `top` holds the likeliest first
 * tokens of the answer, in the provider's order, when they were asked for.
 */
struct ifb_response {
    ifb_str text;
    ifb_str reasoning;
    ifb_str model;  /* the name the server answered with */
    enum ifb_finish finish;
    int64_t tokens_in, tokens_out;  /* -1: not said, or beyond IFB_TOKENS_MOST */
    struct ifb_logprob top[IFB_TOP_MAX];
    size_t ntop;
};

/* How the ceiling on tokens is called in a request to an openai model. */
enum ifb_tokens_as { IFB_TOKENS_AUTO, IFB_TOKENS_MAX, IFB_TOKENS_COMPLETION };

#define IFB_KEYS_MAX 32

/* A model as the user named it, made by ifb_model_parse. */
struct ifb_model {
    const struct ifb_provider *provider;
    ifb_str spec;      /* what it is called, and what is varied of it; safe to print */
    ifb_str given;     /* as typed */
    ifb_str called;    /* by the user, else as typed (of a file its name); unique in a run */
    struct ifb_sampling sampling;  /* what this variant of it sets; else negative */
    ifb_str base_url;  /* without a trailing slash; "" where there is none (yet) */
    ifb_str name;      /* what the provider calls the model */
    ifb_str path;      /* replay: the file */
    struct ifb_strs argv;  /* exec, server: the command's words, each followed by NUL */
    ifb_str key;       /* secret: the first of `keys`; may be absent */
    struct ifb_strs keys;  /* secret: at most IFB_KEYS_MAX, taken in turn */
    const char *key_env;   /* the variable that keys are looked for in; NULL: none */
    const struct ifb_json *extra_body;  /* an object, merged into each request; NULL: none */
    enum ifb_tokens_as tokens_as;
    ifb_str prompt_template;  /* of a provider that takes a text; absent: the plain rule */
    struct ifb_header extra[IFB_HEADERS_MAX];  /* --header, and what the environment adds */
    size_t nextra;
};

#define IFB_COMPLAINT_MAX 300

/* How a provider is reached: over HTTP, by reading a file, by running a command once a
 * call, by starting a server and calling that over HTTP. */
enum ifb_reach { IFB_BY_HTTP, IFB_BY_FILE, IFB_BY_COMMAND, IFB_BY_SERVER };

struct ifb_stream_state;

struct ifb_provider {
    const char *id, *doc;
    const char *spec;      /* how a model of it is written, for help */
    const char *key_env;   /* environment variable that holds the key, or NULL */
    const char *base_env;  /* environment variable that overrides base_url, or NULL */
    const char *base_url;  /* default, or NULL */
    enum ifb_reach reach;
    bool keyless;          /* the service at base_url needs no key */
    bool takes_text;       /* messages become one text, by the model's prompt_template */
    const char *endpoint;  /* what is cut off a base URL that was pasted with it, or NULL */
    /*
     * Pure; both NULL for IFB_BY_FILE.
     * encode writes the call for `request` into *call, in `arena`; strings of
     * the model may be borrowed. What the model does not take is left out and
     * named in `left_out`. For a command, `body` is its standard input.
     * decode reads a reply with a 2xx status; what *out points at lives in
     * `arena` or in the reply. A body that is not what the provider promises is
     * IFB_EPROTO; one without an answer (content: null) is fine and has no text.
     * Each step is type-checked.
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
    /*
     * Pure; NULL where there are no streams. Takes one event of a streamed reply;
     * see struct ifb_stream. `event` is its name, often "".
     */
    enum ifb_code (*stream)(struct ifb_stream_state *state, ifb_str event, ifb_str data,
                            struct ifb_error *err);
    bool stream_lines;     /* a stream is JSON lines, not server-sent events */
};

/* The provider called `id`, or NULL; and a walk over all. */
const struct ifb_provider *ifb_provider_find(ifb_str id);
const struct ifb_provider *ifb_provider_next(const struct ifb_provider *previous);

/*
 * Reads a SPEC:
 *   http://HOST[:PORT]/PATH#MODEL, https://...   a server that speaks OpenAI's chat
 *       completions; keys from IFBENCH_API_KEY, if any
 *   anthropic+http://HOST[:PORT]/PATH#MODEL, gemini+..., ollama+..., openai+...
 *       the same for a server or proxy that speaks like another vendor
 *   completions:NAME, completions+http://...   OpenAI's completions, for base models
 *       (see ifb_prompt_template_check)
 *   openai:NAME, anthropic:NAME, gemini:NAME, ollama:NAME   the vendor's service, or
 *       the address in OPENAI_BASE_URL, ANTHROPIC_BASE_URL, GEMINI_BASE_URL,
 *       OLLAMA_HOST; keys from OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY,
 *       OLLAMA_API_KEY, needed only when it is the vendor itself (and not Ollama)
 *   replay:FILE   stored answers
 *   exec:COMMAND   a program, run once a call
 *   server:COMMAND[#MODEL]   a server that speaks OpenAI's chat completions, to be
 *       started with {port} replaced; keys from IFBENCH_API_KEY, if any;
 *       server-completions:COMMAND[#MODEL] asks it for completions
 * A vendor's key goes to no host that a spec names. Several keys are separated by
 * commas. Keys and base URLs come from `env`, a lookup such as getenv; NULL: there
 * are none. A URL with a user name, a password or a query (but ?api-version=, which
 * Azure wants) is refused and not repeated, so that `spec`, `base_url` and the
 * message are safe to print. Commands are split into words as a shell does
 * (harness/base/argv.h), but there is no shell. Strings are copied into `arena`;
 * `extra` holds OPENAI_ORG_ID and OPENAI_PROJECT_ID for openai:NAME, otherwise
 * nothing. IFB_EUSAGE with what to type.
 */
enum ifb_code ifb_model_parse(ifb_str spec, const char *(*env)(const char *name),
                              struct ifb_arena *arena, struct ifb_model *out,
                              struct ifb_error *err);

/* The same with keys (comma-separated) that win over the environment's; absent: none. */
enum ifb_code ifb_model_parse_keyed(ifb_str spec, const char *(*env)(const char *name),
                                    ifb_str keys, struct ifb_arena *arena, struct ifb_model *out,
                                    struct ifb_error *err);

/*
 * How messages become the text that a base model goes on with. A template is the
 * form of one exchange: it holds {prompt}, where what the user says goes, and may
 * hold {answer} behind it. The text to go on with ends where the next answer would
 * begin; what stands behind {answer} closes an exchange (two line breaks when the
 * template has none). System messages stand where they are, an empty line behind
 * them. An earlier answer behind a colon gets a space before it, unless it brings one.
 * Without a template a lone prompt is the text as it is, and a conversation is written
 * by "User: {prompt}\n\nAssistant:{answer}\n\n". IFB_EUSAGE for a template that is none.
 */
enum ifb_code ifb_prompt_template_check(ifb_str tmpl, struct ifb_error *err);

/* The key for a request, absent when the model has none. */
ifb_str ifb_model_key(const struct ifb_model *model, size_t which);

/*
 * Takes the model's keys and its secret headers' values out of a message that may
 * quote a server: "***" stands for each, also for a piece that is cut off after 8
 * bytes. To be called before such a message goes anywhere.
 */
void ifb_model_redact(const struct ifb_model *model, struct ifb_error *err);

/*
 * ---- streamed replies ----
 * A reader of one streamed reply: bytes in, cut anywhere; text, reasoning, usage
 * and finish add up inside. No transport, no clock.
 *
 *     s = ifb_stream_open(provider);
 *     while (bytes come)
 *         ifb_stream_feed(s, bytes, &news, err)
 *     ifb_stream_finish(s, arena, &response, err);
 *     ifb_stream_close(s);
 */
struct ifb_stream;

/* What a feed brought. */
struct ifb_stream_news {
    size_t text, reasoning;  /* bytes added by it */
    size_t parts;            /* events that added some */
    bool done;               /* the provider's own end mark has come */
};

/* NULL when the provider has no streams. Release with ifb_stream_close. */
struct ifb_stream *ifb_stream_open(const struct ifb_provider *provider);

/*
 * IFB_EPROTO for an event that makes no sense or is an error (a status may be set
 * in `err`), IFB_ELIMIT beyond 16 MiB; nothing more is to be fed then. Bytes after
 * the end mark are ignored.
 */
enum ifb_code ifb_stream_feed(struct ifb_stream *s, ifb_str bytes, struct ifb_stream_news *news,
                              struct ifb_error *err);

/* True when it reads JSON lines, not server-sent events. */
bool ifb_stream_is_lines(const struct ifb_stream *s);

/* What has come so far (growing; valid until the next feed). */
ifb_str ifb_stream_text(const struct ifb_stream *s);

/*
 * The whole, in `arena`, after the last byte. IFB_ENET when the end mark is
 * missing: the reply was cut off, whatever the status said. The last of JSON
 * lines needs no line break.
 */
enum ifb_code ifb_stream_finish(struct ifb_stream *s, struct ifb_arena *arena,
                                struct ifb_response *out, struct ifb_error *err);

void ifb_stream_close(struct ifb_stream *s);

#endif
