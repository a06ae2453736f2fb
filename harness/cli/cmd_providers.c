/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench providers`: who can be asked, and how a model is named. */
#include <ifbench/provider.h>

#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/cli/command.h"

struct flags {
    bool json;
};

static const struct ifb_field options[] = {
    IFB_FIELD(struct flags, json, "json", .kind = IFB_BOOL, .doc = "print JSON"),
    { 0 }
};

static const char *const more[] = {
    "A key variable may hold several keys with commas between: calls take them in turn, and one\n"
    "that is refused (401, 403) or has used up its quota (429) gives way to the next. A key of a\n"
    "vendor goes to no host that a spec names: these read $IFBENCH_API_KEY. $OPENAI_ORG_ID and\n"
    "$OPENAI_PROJECT_ID go with openai:NAME. An address of Azure (or with ?api-version=) gets its\n"
    "key as api-key.",
    "exec: runs a program for each call, up to -j at once (as many as there are cores), and\n"
    "keeps none of its answers in the cache. Its standard input is\n"
    "{\"messages\": [{\"role\", \"content\"}], \"sampling\": {...}}, its standard output the\n"
    "answer without the last line break. A status other than 0 is a failed call, with the last line of\n"
    "standard error; at its --timeout it is killed with what it started.",
    "server: starts a program that serves OpenAI's chat completions, waits until /health (or\n"
    "/v1/models) answers 200, and stops it after the last answer. {port} stands for a free port.\n"
    "Several servers of one run are started together and live side by side: where memory is\n"
    "short, make a run of each. It gets temperature 0 and seed 0 where neither suite nor option says so.",
    "completions: and server-completions: are for base models, which go on with a text. A lone\n"
    "prompt is sent as it is, a system message before it; turns are written out as\n"
    "User: ... Assistant: ... . --prompt-template 'Question: {prompt} Answer:' writes them another\n"
    "way, {answer} in it says where earlier answers go (what follows it ends an exchange), and\n"
    "--stop ends an answer that goes on asking itself. Without a ceiling of the suite or\n"
    "--max-tokens it is 1,024 tokens: the endpoint's own would be 16.",
    "Commands of exec: and server: are split at white space with a shell's quotes, but no shell\n"
    "reads them: for pipes and variables write sh -c '...'. When ifbench is killed, the kernel\n"
    "kills the program that it started, though not that program's own children.",
    NULL
};

static const struct ifb_example_line examples[] = {
    { "ifbench providers", "how models are named" },
    { "ifbench run --model anthropic+http://127.0.0.1:8080#x",
      "a local server in Anthropic's words" },
    { "ifbench run --model completions+http://127.0.0.1:8080/v1#base --prompt-template @q.txt",
      "a base model, by a template of one's own" },
    { "ifbench run --model 'server:llama-server -m x.gguf -t 1 --port {port}'",
      "started, asked, stopped" },
    { 0 }
};

static void print_json(const struct ifb_provider *p, struct ifb_jw *w)
{
    ifb_jw_object(w, NULL);
    ifb_jw_cstr(w, "id", p->id);
    ifb_jw_cstr(w, "doc", p->doc);
    ifb_jw_cstr(w, "spec", p->spec);
    ifb_jw_cstr(w, "key_env", p->key_env);
    ifb_jw_cstr(w, "base_env", p->base_env);
    ifb_jw_cstr(w, "base_url", p->base_url);
    ifb_jw_end(w);
}

static void print_text(const struct ifb_provider *p)
{
    ifb_print("%-10s %s\n           --model %s\n", p->id, p->doc, p->spec);
    if (p->key_env)
        ifb_print("           key in $%s", p->key_env);
    if (p->base_env)
        ifb_print(", address in $%s", p->base_env);
    if (p->key_env)
        ifb_print("\n");
}

static enum ifb_code cmd_providers(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_providers;
    struct flags f = { 0 };
    struct ifb_strs words;
    struct ifb_buf buf;
    struct ifb_jw w;
    enum ifb_code code = ifb_options_read(cli, &ifb_cmd_providers, &f, &words, err);

    if (!code && words.n && !ifb_provider_find(words.at[0]))
        return ifb_fail(err, IFB_EINPUT, "unknown provider \"%.*s\"; `ifbench providers` lists them",
                        IFB_ARG(words.at[0]));
    if (code)
        return code;
    ifb_buf_init(&buf, 1 << 20);
    ifb_jw_open(&w, &buf);
    w.pretty = true;
    ifb_jw_array(&w, NULL);
    for (const struct ifb_provider *p = ifb_provider_next(NULL); p; p = ifb_provider_next(p)) {
        if (words.n && !ifb_str_is(words.at[0], p->id))
            continue;
        if (f.json)
            print_json(p, &w);
        else
            print_text(p);
    }
    ifb_jw_end(&w);
    if (f.json)
        ifb_print("%.*s\n", (int)buf.len, buf.ptr);
    ifb_buf_close(&buf);
    return IFB_OK;
}

const struct ifb_command ifb_cmd_providers = {
    .name = "providers", .usage = "providers [ID] [--json]",
    .doc = "list the providers and how a model is named", .more = more,
    .options = options, .examples = examples, .run = cmd_providers,
};
