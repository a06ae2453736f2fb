/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/retry.h"

#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

struct ifb_retry_policy ifb_retry_defaults(void)
{
    return (struct ifb_retry_policy){ .max_retries = 5, .base_ms = 1000, .cap_ms = 60000,
                                      .retry_after_max_ms = 600000, .hiccup_ms = 20,
                                      .busy_ms = 200 };
}

struct ifb_retry_policy ifb_retry_while(const struct ifb_retry_policy *p,
                                        const struct ifb_error *why, int64_t failures)
{
    struct ifb_retry_policy now = *p;
    int status = why->http_status;

    if (failures >= IFB_RETRY_WELL || status == 429)
        return now;
    if (status >= 500)
        now.base_ms = p->busy_ms ? p->busy_ms : p->base_ms;
    else
        now.base_ms = p->hiccup_ms ? p->hiccup_ms : p->base_ms;
    return now;
}

/* How often a failure of this kind may be tried again at most; 0: never. */
static int retries_of(const struct ifb_retry_policy *p, const struct ifb_error *why)
{
    switch (why->http_status) {
    case 0:
        break;
    case 429:
        return p->no_retry_429 ? 0 : p->max_retries;
    case 408: case 502: case 503: case 504: case 529:
        return p->max_retries;
    case 500:
        return p->max_retries < 2 ? p->max_retries : 2;
    default:
        return 0;
    }
    if (why->code == IFB_ENET)
        return p->max_retries;
    if (why->code == IFB_EPROTO)
        return p->max_retries < 2 ? p->max_retries : 2;
    return 0;
}

static int64_t backoff_ms(const struct ifb_retry_policy *p, int attempt, uint64_t random)
{
    int64_t most = p->base_ms;

    for (int i = 1; i < attempt && most < p->cap_ms; i++)
        most *= 2;
    if (most > p->cap_ms)
        most = p->cap_ms;
    return most > 0 ? (int64_t)(random % (uint64_t)most) + 1 : 0;
}

static struct ifb_retry no(const char *why)
{
    return (struct ifb_retry){ false, 0, why };
}

struct ifb_retry ifb_retry_decide(const struct ifb_retry_policy *p, int attempt,
                                  const struct ifb_error *why, uint64_t random)
{
    int most = retries_of(p, why);

    if (!most)
        return no("");
    if (attempt > most)
        return no("no attempts left");
    if (why->retry_after_ms > p->retry_after_max_ms)
        return no("the server asks for a longer wait than is granted");
    if (why->retry_after_ms > 0)
        return (struct ifb_retry){ true, why->retry_after_ms, "" };
    return (struct ifb_retry){ true, backoff_ms(p, attempt, random), "" };
}

enum ifb_code ifb_http_failure(const struct ifb_http_reply *reply, ifb_str complaint,
                               struct ifb_error *err)
{
    enum ifb_code code = IFB_EPROTO;
    int status = reply->status;

    /* Google answers a wrong key with 400. */
    if (status == 401 || status == 403 ||
        (status == 400 && ifb_str_find(reply->body, IFB_STR("API_KEY_INVALID"), 0) != SIZE_MAX))
        code = IFB_EAUTH;
    else if (status == 429)
        code = IFB_ELIMIT;
    else if (status == 408 || status >= 500)
        code = IFB_ENET;
    complaint = ifb_utf8_cut(complaint, IFB_COMPLAINT_MAX);
    if (!complaint.len && status >= 300 && status < 400)
        complaint = IFB_STR("a redirect, which is not followed; write the address it leads to");
    ifb_fail(err, code, "HTTP %d%s%.*s", status, complaint.len ? ": " : "", IFB_ARG(complaint));
    if (err) {
        err->http_status = status;
        err->retry_after_ms = reply->retry_after_ms;
    }
    return code;
}
