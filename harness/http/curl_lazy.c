/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/http/curl_lazy.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#include "harness/base/error.h"

#define LIBRARY "libcurl.so.4"

struct ifb_curl ifb_curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char failure[200];

static void load_all(void)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    CURLcode code;

    if (!library) {
        snprintf(failure, sizeof(failure), "%s cannot be loaded; install libcurl4 to make requests",
                 LIBRARY);
        return;
    }
#define X(name) \
    *(void **)&ifb_curl.name = dlsym(library, #name); \
    if (!ifb_curl.name) { \
        snprintf(failure, sizeof(failure), "%s is too old: it lacks %s", LIBRARY, #name); \
        return; \
    }
    IFB_CURL_FUNCTIONS(X)
#undef X
    code = ifb_curl.curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code != CURLE_OK)
        snprintf(failure, sizeof(failure), "libcurl does not start: %s",
                 ifb_curl.curl_easy_strerror(code));
}

enum ifb_code ifb_curl_load(struct ifb_error *err)
{
    pthread_once(&once, load_all);
    return failure[0] ? ifb_fail(err, IFB_EIO, "%s", failure) : IFB_OK;
}
