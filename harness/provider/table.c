/* SPDX-License-Identifier: Apache-2.0 */
/* The providers. A new one adds its row here. */
#include <ifbench/provider.h>

#include "harness/base/str.h"

extern const struct ifb_provider ifb_openai, ifb_completions, ifb_anthropic, ifb_gemini,
    ifb_ollama, ifb_server_provider, ifb_server_completions, ifb_exec_provider,
    ifb_replay_provider;

static const struct ifb_provider *const providers[] = {
    &ifb_openai, &ifb_anthropic, &ifb_gemini, &ifb_ollama,
    &ifb_server_provider, &ifb_exec_provider, &ifb_replay_provider,
    &ifb_completions, &ifb_server_completions, NULL
};

const struct ifb_provider *ifb_provider_find(ifb_str id)
{
    for (size_t i = 0; providers[i]; i++)
        if (ifb_str_is(id, providers[i]->id))
            return providers[i];
    return NULL;
}

const struct ifb_provider *ifb_provider_next(const struct ifb_provider *previous)
{
    size_t i = 0;

    while (previous && providers[i] && providers[i++] != previous)
        ;
    return providers[i];
}

const char *ifb_finish_name(enum ifb_finish finish)
{
    static const char *const names[] = { "unknown", "stop", "length", "filter", "other" };

    return names[finish];
}
