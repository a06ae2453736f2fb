/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl, loaded when the first request is made and not before. Linked in the
 * ordinary way it and the thirty libraries behind it cost five of the seven
 * milliseconds that `ifbench --version` or `ifbench score` would take to start,
 * for commands that never open a connection.
 *
 * Included in this room alone, after which curl_easy_init() and its like are calls
 * through `curl`.
 */
#ifndef IFB_HTTP_CURL_LAZY_H
#define IFB_HTTP_CURL_LAZY_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#include <ifbench/types.h>

#define IFB_CURL_FUNCTIONS(X) \
    X(curl_easy_cleanup) X(curl_easy_getinfo) X(curl_easy_init) X(curl_easy_perform) \
    X(curl_easy_setopt) X(curl_easy_strerror) X(curl_free) X(curl_getdate) X(curl_global_init) \
    X(curl_multi_add_handle) X(curl_multi_cleanup) X(curl_multi_info_read) X(curl_multi_init) \
    X(curl_multi_perform) X(curl_multi_poll) X(curl_multi_remove_handle) X(curl_multi_setopt) \
    X(curl_multi_strerror) X(curl_multi_wakeup) X(curl_slist_append) X(curl_slist_free_all) \
    X(curl_url) X(curl_url_cleanup) X(curl_url_get) X(curl_url_set) X(curl_version)

struct ifb_curl {
#define X(name) __typeof__(name) *name;
    IFB_CURL_FUNCTIONS(X)
#undef X
};

/* Written once, by ifb_curl_load; the functions must not be called before it succeeded. */
extern struct ifb_curl ifb_curl;

/*
 * Loads and initialises libcurl, the first time; any thread may call it.
 * IFB_EIO when it is not installed, with the package's name.
 */
enum ifb_code ifb_curl_load(struct ifb_error *err);

#endif
