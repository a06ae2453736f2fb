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

static const struct ifb_example_line examples[] = {
    { "ifbench providers", "how models are named" },
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
    .doc = "list the providers and how a model is named", .options = options,
    .examples = examples, .run = cmd_providers,
};
