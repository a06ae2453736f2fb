/* SPDX-License-Identifier: Apache-2.0 */
/* Downloads: one at a time, into a sink, from any byte on. They follow redirects, calls do not. */
#include "harness/http/http.h"

#include <stdio.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/http/curl_ways.h"

#define STALL_SECONDS 60L

struct fetch {
    CURL *easy;
    const struct ifb_http_sink *sink;
    size_t got;
    bool told, stopped;
    char error[CURL_ERROR_SIZE];
};

static int fetch_status(struct fetch *f)
{
    long status = 0;

    ifb_curl.curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

static void tell_headers(struct fetch *f)
{
    curl_off_t length = -1;

    if (f->told)
        return;
    f->told = true;
    ifb_curl.curl_easy_getinfo(f->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (f->sink->headers)
        f->sink->headers(f->sink->self, fetch_status(f), length);
}

static size_t take_download(char *bytes, size_t size, size_t n, void *user)
{
    struct fetch *f = user;
    int status = fetch_status(f);

    tell_headers(f);
    f->got += size * n;
    if (status && status / 100 != 2)
        return n;
    if (f->sink->append(f->sink->self, bytes, size * n))
        return n;
    f->stopped = true;
    return 0;
}

static void set_fetch(struct fetch *f, const char *url, int64_t from)
{
    char range[32];

    ifb_curl.curl_easy_setopt(f->easy, CURLOPT_URL, url);
    ifb_curl.curl_easy_setopt(f->easy, CURLOPT_PROTOCOLS_STR, "http,https,file");
    ifb_curl.curl_easy_setopt(f->easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    ifb_curl.curl_easy_setopt(f->easy, CURLOPT_FOLLOWLOCATION, 1L);
    ifb_curl.curl_easy_setopt(f->easy, CURLOPT_MAXREDIRS, 10L);
    ifb_curl.curl_easy_setopt(f->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    ifb_curl.curl_easy_setopt(f->easy, CURLOPT_LOW_SPEED_TIME, STALL_SECONDS);
    ifb_curl.curl_easy_setopt(f->easy, CURLOPT_WRITEFUNCTION, take_download);
    ifb_curl.curl_easy_setopt(f->easy, CURLOPT_WRITEDATA, f);
    if (from > 0) {
        /* not RESUME_FROM: that makes an error of a server that starts at 0 */
        snprintf(range, sizeof(range), "%lld-", (long long)from);
        ifb_curl.curl_easy_setopt(f->easy, CURLOPT_RANGE, range);
    }
}

enum ifb_code ifb_http_fetch(const struct ifb_http_options *options, const char *url, int64_t from,
                             const struct ifb_http_sink *sink, int *status, struct ifb_error *err)
{
    int64_t connect_ms = options && options->connect_timeout_ms ? options->connect_timeout_ms
                                                                : IFB_CONNECT_TIMEOUT_MS;
    struct fetch f = { .sink = sink };
    enum ifb_code code = ifb_curl_load(err);
    CURLcode rc;

    if (code != IFB_OK)
        return code;
    f.easy = ifb_curl.curl_easy_init();
    if (!f.easy)
        ifb_out_of_memory();
    ifb_curl_common(f.easy, options ? options->ca_file : NULL, connect_ms, f.error);
    set_fetch(&f, url, from);
    rc = ifb_curl.curl_easy_perform(f.easy);
    *status = fetch_status(&f);
    if (f.stopped) {
        code = ifb_fail(err, IFB_ECANCELED, "stopped");
    } else if (rc != CURLE_OK && !ifb_status_is_enough(rc, *status)) {
        const struct ifb_attempt a = { f.easy, url, f.error, STALL_SECONDS * 1000, connect_ms,
                                   f.got, 0, false };

        code = ifb_curl_explain(rc, &a, err);
    } else {
        tell_headers(&f);
    }
    ifb_curl.curl_easy_cleanup(f.easy);
    return code;
}
