/* SPDX-License-Identifier: Apache-2.0 */
/* What calls (http.c) and downloads (fetch.c) share of curl; private to this room. */
#ifndef IFB_HTTP_CURL_WAYS_H
#define IFB_HTTP_CURL_WAYS_H

#include "harness/http/curl_lazy.h"

#define IFB_CONNECT_TIMEOUT_MS ((int64_t)10 * 1000)  /* unless the caller names another */

/* All that a message may be made of. */
struct ifb_attempt {
    CURL *easy;
    const char *url;
    const char *detail;  /* curl's own words; may be empty */
    int64_t timeout_ms, connect_ms;
    size_t got, max;
    bool full;           /* the ceiling `max` was reached */
};

/* The error that `rc` stands for; codes as in struct ifb_http_event. */
enum ifb_code ifb_curl_explain(CURLcode rc, const struct ifb_attempt *a, struct ifb_error *err);

/* True when an error status came whose body is cut off or huge: it is still the server's word. */
bool ifb_status_is_enough(CURLcode rc, long status);

/* The options that all transfers have alike; `error` has CURL_ERROR_SIZE bytes. */
void ifb_curl_common(CURL *easy, const char *ca_file, int64_t connect_ms, char *error);

#endif
