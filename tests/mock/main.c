/* SPDX-License-Identifier: Apache-2.0 */
/* mockd: options, listening socket, signals. */
#include "tests/mock/mock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HELP = 1, PORT, PORT_FILE, WITH_PARENT, LOG, LOG_REQUEST, ANSWERS, DEFAULT, FAULT, SEED,
       RATE, BURST, CONCURRENCY, SLOTS, CONTEXT, KEY, MODEL, FILES };

static const struct {
    const char *name, *arg;
    int id;
    const char *doc;
} rows[] = {
    { "port", "N", PORT, "listen on this port of 127.0.0.1 (default: a free one)" },
    { "port-file", "FILE", PORT_FILE, "write the port's number there, once it listens" },
    { "with-parent", NULL, WITH_PARENT, "end when the process that started it ends" },
    { "log", "FILE", LOG, "append one line of JSON a request" },
    { "log-request", NULL, LOG_REQUEST, "with the request's body in it" },
    { "answers", "FILE", ANSWERS, "canned answers, JSONL; may be repeated" },
    { "default", "TEXT", DEFAULT, "answer to a prompt without a row" },
    { "fault", "SPEC", FAULT, "what goes wrong; may be repeated" },
    { "seed", "N", SEED, "for prob= and jitter= (default 0)" },
    { "rate", "N", RATE, "more chats than N a second get 429; 0.5 is one in two seconds" },
    { "burst", "N", BURST, "chats at once before --rate counts (default N of --rate)" },
    { "concurrency", "N", CONCURRENCY, "more chats than N in flight get 429" },
    { "slots", "N", SLOTS, "N chats at a time take their delay, the others queue" },
    { "context", "N", CONTEXT, "400 to a chat of more than N tokens" },
    { "require-key", "KEY", KEY, "refuse those without it; may be repeated: one of them" },
    { "model", "NAME", MODEL, "name in /v1/models; may be repeated (default mock)" },
    { "files", "DIR", FILES, "serve /files/... from there" },
    { "help", NULL, HELP, "this text" },
};

#define NROWS (sizeof(rows) / sizeof(rows[0]))

static const char paths[] =
    "\nPaths:\n"
    "  POST /v1/chat/completions   also with stream and stream_options.include_usage\n"
    "  POST /v1/messages           Anthropic's, key in x-api-key\n"
    "  POST /v1beta/models/NAME:generateContent, :streamGenerateContent\n"
    "                              Gemini's, key in x-goog-api-key\n"
    "  POST /api/chat              Ollama's\n"
    "  GET  /v1/models, /health\n"
    "  GET  /files/NAME            a file, with Range\n"
    "  GET  /files-truncated/NAME  its first half only, the first time it is asked from byte 0\n"
    "  GET  /files-wrong/NAME      with one bit wrong in the middle\n"
    "  GET  /files-norange/NAME    without Range\n"
    "  GET  /redirect/NAME         302 to /files/NAME\n"
    "  GET  /redirect-to/URL       302 to URL\n"
    "  GET  /redirect-loop         302 to itself\n"
    "  GET  /control               counters\n"
    "  POST /control               the body's lines, a SPEC each, replace the faults of --fault\n";

static const char answers[] =
    "\nA row of --answers has these members:\n"
    "  prompt            the last user message, compared as decoded text; or\n"
    "  prompt_contains   a part of it, tried when no prompt fits\n"
    "  response          the content, sent on as it is written (\\u0000, \\ud800; null)\n"
    "  reasoning         sent as reasoning_content\n"
    "  model, turn       only for this model, for this number of user messages\n"
    "  finish_reason, status, delay_ms, content_null, fault (a SPEC)\n"
    "  raw               the whole body: a string's text, or any other JSON value as written\n"
    "Rows with model count more than rows with turn, these more than others; later rows win.\n"
    "A prompt without a row gets --default, else `mock answer to: ` and its beginning.\n";

static const char fault_intro[] =
    "\nSPEC is WORD[=VALUE],...; a backslash before a comma makes it part of a value. All faults\n"
    "that strike a request add up; of two that set the same thing the later wins.\n"
    "Example: status=429,retry-after=1,every=5\n"
    "\nWhat goes wrong:\n";

static const char fault_outro[] =
    "Requests are counted for each fault alone: those for its path that hold its match.\n"
    "A conversation is a model and its messages. Tokens are fields between white space.\n";

static void help(void)
{
    printf("usage: mockd [OPTION]...\n"
           "An OpenAI-compatible server on 127.0.0.1 for tests. Prints its URL, ends on SIGTERM.\n"
           "\nOptions:\n");
    for (size_t i = 0; i < NROWS; i++) {
        char name[40];

        snprintf(name, sizeof(name), "--%s%s%s", rows[i].name, rows[i].arg ? " " : "",
                 rows[i].arg ? rows[i].arg : "");
        printf("  %-20s %s\n", name, rows[i].doc);
    }
    printf("%s%s%s", paths, answers, fault_intro);
    fault_help();
    printf("%s", fault_outro);
}

static bool number(const char *name, int64_t max, int64_t *out)
{
    if (span_number(span_of(optarg), max, out))
        return true;
    fprintf(stderr, "mockd: --%s wants a whole number, not '%s'\n", name, optarg);
    return false;
}

static bool rate(double *out)
{
    char *end;

    *out = strtod(optarg, &end);
    if (end > optarg && !*end && *out >= 1e-6 && *out <= 1e6)
        return true;
    fprintf(stderr, "mockd: --rate wants a number above 0, not '%s'\n", optarg);
    return false;
}

static bool complain(struct buf *why)
{
    fprintf(stderr, "mockd: %.*s\n", (int)why->n, why->p);
    return false;
}

static bool take_text(struct mock *m, int id)
{
    struct options *o = &m->opt;

    switch (id) {
    case PORT_FILE:
        o->port_file = optarg;
        return true;
    case LOG:
        o->log = optarg;
        return true;
    case DEFAULT:
        o->fallback = optarg;
        return true;
    case KEY:
        if (o->nkeys < sizeof(o->keys) / sizeof(o->keys[0]))
            o->keys[o->nkeys++] = span_of(optarg);
        return true;
    case FILES:
        o->files = optarg;
        return true;
    case ANSWERS:
        return script_load(&m->script, optarg, &m->why) || complain(&m->why);
    case FAULT:
        return fault_parse(span_of(optarg), &m->faults, &m->why) || complain(&m->why);
    case MODEL:
        if (o->nmodels < sizeof(o->models) / sizeof(o->models[0]))
            o->models[o->nmodels++] = span_of(optarg);
        return true;
    }
    return false;
}

static bool take_option(struct mock *m, int id)
{
    struct options *o = &m->opt;

    switch (id) {
    case WITH_PARENT:
        o->with_parent = true;
        return true;
    case LOG_REQUEST:
        o->log_request = true;
        return true;
    case PORT:
        return number("port", 65535, &o->port);
    case SEED:
        return number("seed", INT64_MAX, &o->seed);
    case RATE:
        return rate(&o->rate);
    case BURST:
        return number("burst", 1000000, &o->burst);
    case SLOTS:
        return number("slots", SLOTS_MAX, &o->slots);
    case CONTEXT:
        return number("context", 1000000, &o->context);
    case CONCURRENCY:
        return number("concurrency", 1000000, &o->concurrency);
    default:
        return take_text(m, id);
    }
}

/* Reads the command line: 0 go on, 1 done with help, 2 wrong usage. */
static int read_options(struct mock *m, int argc, char **argv)
{
    struct option longs[NROWS + 1] = { 0 };
    int id;

    for (size_t i = 0; i < NROWS; i++)
        longs[i] = (struct option){ rows[i].name, rows[i].arg ? required_argument : no_argument,
                                    NULL, rows[i].id };
    while ((id = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (id == HELP) {
            help();
            return 1;
        }
        if (!take_option(m, id))
            return 2;
    }
    if (optind < argc) {
        fprintf(stderr, "mockd: unexpected argument '%s'; see mockd --help\n", argv[optind]);
        return 2;
    }
    if (!m->opt.nmodels)
        m->opt.models[m->opt.nmodels++] = SPAN("mock");
    if (!m->opt.burst)
        m->opt.burst = m->opt.rate > 1 ? (int64_t)m->opt.rate : 1;
    return 0;
}

static int open_listener(const struct options *o)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)o->port) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 4096)) {
        fprintf(stderr, "mockd: port %d: %s\n", (int)o->port, strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

/* Writes the port beside FILE and renames it, so that a reader never sees half of it. */
static bool write_port(const char *file, unsigned port)
{
    struct buf name = { 0 };
    FILE *f;
    bool good;

    buf_fmt(&name, "%s.new", file);
    buf_put(&name, (struct span){ "", 1 });
    f = fopen(name.p, "we");
    good = f && fprintf(f, "%u\n", port) > 0;
    if (f && fclose(f))
        good = false;
    if (!good || rename(name.p, file)) {
        fprintf(stderr, "mockd: %s: %s\n", file, strerror(errno));
        good = false;
    }
    buf_free(&name);
    return good;
}

static bool announce(const struct options *o, int listener)
{
    struct sockaddr_in at;
    socklen_t size = sizeof(at);
    unsigned port;

    if (getsockname(listener, (struct sockaddr *)&at, &size))
        return false;
    port = ntohs(at.sin_port);
    if (o->port_file && !write_port(o->port_file, port))
        return false;
    printf("http://127.0.0.1:%u\n", port);
    return fflush(stdout) == 0;
}

static int open_signals(void)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static bool open_log(struct mock *m)
{
    if (!m->opt.log)
        return true;
    m->log_fd = open(m->opt.log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (m->log_fd < 0)
        fprintf(stderr, "mockd: %s: %s\n", m->opt.log, strerror(errno));
    return m->log_fd >= 0;
}

static void raise_limit(void)
{
    struct rlimit files;

    if (!getrlimit(RLIMIT_NOFILE, &files)) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

static int serve(struct mock *m, pid_t parent)
{
    int signals = open_signals(), listener = -1, status = 1;

    /* the parent may have ended before the kernel was asked to tell */
    if (m->opt.with_parent && (prctl(PR_SET_PDEATHSIG, SIGTERM) || getppid() != parent))
        goto out;
    raise_limit();
    if (signals < 0 || !open_log(m) || (listener = open_listener(&m->opt)) < 0)
        goto out;
    if (announce(&m->opt, listener))
        status = server_run(m, listener, signals);
out:
    if (listener >= 0)
        close(listener);
    if (signals >= 0)
        close(signals);
    if (m->log_fd >= 0)
        close(m->log_fd);
    return status;
}

int main(int argc, char **argv)
{
    struct mock m = { .log_fd = -1 };
    pid_t parent = getppid();
    int status = read_options(&m, argc, argv);

    status = status ? (status == 1 ? 0 : 2) : serve(&m, parent);
    script_free(&m.script);
    fault_free(m.faults);
    tally_free(&m.asked);
    buf_free(&m.prompt);
    buf_free(&m.line);
    buf_free(&m.why);
    buf_free(&m.name);
    return status;
}
