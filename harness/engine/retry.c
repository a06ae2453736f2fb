/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/retry.h"

#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

#define DOUBTFUL_MAX 2

struct ifb_retry_policy ifb_retry_defaults(void)
{
    return (struct ifb_retry_policy){ .max_retries = 5, .base_ms = 1000, .cap_ms = 60000,
                                      .retry_after_max_ms = 600000, .hiccup_ms = 20,
                                      .busy_ms = 200 };
}

bool ifb_retry_well(int64_t failures, size_t window)
{
    size_t most = window + 4 < IFB_RETRY_WELL ? window + 4 : IFB_RETRY_WELL;

    return failures < (int64_t)most;
}

struct ifb_retry_policy ifb_retry_while(const struct ifb_retry_policy *p,
                                        const struct ifb_error *why, int64_t failures,
                                        size_t window)
{
    struct ifb_retry_policy now = *p;
    int status = why->http_status;
    int64_t small = status >= 500 ? p->busy_ms : p->hiccup_ms;

    if (!small || status == 429 || !ifb_retry_well(failures, window))
        return now;
    now.base_ms = small;
    if (now.cap_ms > IFB_RETRY_SOON * small)
        now.cap_ms = IFB_RETRY_SOON * small;
    return now;
}

bool ifb_retry_is_doubtful(const struct ifb_error *why)
{
    return why->http_status == 500 || (!why->http_status && why->code == IFB_EPROTO);
}

/* Whether a failure of this kind may be tried again at all. */
static bool is_retried(const struct ifb_retry_policy *p, const struct ifb_error *why)
{
    switch (why->http_status) {
    case 0:
        return why->code == IFB_ENET || why->code == IFB_EPROTO;
    case 429:
        return !p->no_retry_429;
    case 408: case 500: case 502: case 503: case 504: case 529:
        return true;
    default:
        return false;
    }
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

struct ifb_retry ifb_retry_decide(const struct ifb_retry_policy *p, int attempt, int doubtful,
                                  const struct ifb_error *why, uint64_t random)
{
    if (!is_retried(p, why) || p->max_retries <= 0)
        return no("");
    if (attempt > p->max_retries || (ifb_retry_is_doubtful(why) && doubtful > DOUBTFUL_MAX))
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
