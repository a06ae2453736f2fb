/* SPDX-License-Identifier: Apache-2.0 */
#define IFB_XML_PLAIN_NAMES
#include "scorers/libxml_lazy.h"

#include <dlfcn.h>
#include <pthread.h>

#define LIBRARY "libxml2.so.2"

struct ifb_xml ifb_xml;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *failure;

static void load_all(void)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

    if (!library) {
        failure = LIBRARY " cannot be loaded; install libxml2 to judge XML and HTML";
        return;
    }
#define X(name) \
    *(void **)&ifb_xml.name = dlsym(library, #name); \
    if (!ifb_xml.name) { \
        failure = LIBRARY " is of another kind: it lacks " #name; \
        return; \
    }
    IFB_XML_FUNCTIONS(X)
#undef X
    ifb_xml.xmlInitParser(); /* by one thread, before others come */
}

const char *ifb_xml_load(void)
{
    pthread_once(&once, load_all);
    return failure;
}
