/* SPDX-License-Identifier: Apache-2.0 */
/* What calls and downloads do alike with curl: trust, timeouts, and saying what went wrong. */
#include "harness/http/curl_ways.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"

#define PEER_SIZE 300

/* ---- what went wrong ---- */

/* HOST and HOST:PORT of a URL; nothing else of it may be shown. */
static void name_peer(const char *url, char host_out[PEER_SIZE], char peer_out[PEER_SIZE])
{
    CURLU *u = ifb_curl.curl_url();
    char *host = NULL, *port = NULL;

    if (!u)
        ifb_out_of_memory();
    snprintf(host_out, PEER_SIZE, "?");
    snprintf(peer_out, PEER_SIZE, "the server");
    if (ifb_curl.curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
        ifb_curl.curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
        ifb_curl.curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK) {
        snprintf(host_out, PEER_SIZE, "%.250s", host);
        snprintf(peer_out, PEER_SIZE, "%.250s:%.10s", host, port);
    }
    ifb_curl.curl_free(host);
    ifb_curl.curl_free(port);
    ifb_curl.curl_url_cleanup(u);
}

static enum ifb_code explain_connect(const struct ifb_attempt *a, const char *host, const char *peer,
                                     struct ifb_error *err)
{
    const char *via = "";
    char reason[128];
    long number = 0;

    /* curl names the machine it tried: when that is not ours, it was the proxy */
    if (a->detail[0] && !strstr(a->detail, host))
        via = "the proxy for ";
    ifb_curl.curl_easy_getinfo(a->easy, CURLINFO_OS_ERRNO, &number);
    if (!number)
        return ifb_fail(err, IFB_ENET, "cannot connect to %s%s", via, peer);
    snprintf(reason, sizeof(reason), "%s", strerror((int)number));
    reason[0] = (char)tolower((unsigned char)reason[0]);
    return ifb_fail(err, IFB_ENET, "cannot connect to %s%s (%s)", via, peer, reason);
}

static bool time_is_zero(CURL *easy, CURLINFO what)
{
    curl_off_t us = 0;

    ifb_curl.curl_easy_getinfo(easy, what, &us);
    return us == 0;
}

static enum ifb_code explain_timeout(const struct ifb_attempt *a, const char *host, const char *peer,
                                     struct ifb_error *err)
{
    bool whole = a->timeout_ms && a->timeout_ms <= a->connect_ms;
    double connect_s = (double)(whole ? a->timeout_ms : a->connect_ms) / 1e3;

    if (!time_is_zero(a->easy, CURLINFO_PRETRANSFER_TIME_T)) {
        if (a->got)
            return ifb_fail(err, IFB_ENET, "timed out after %g s, %zu bytes into the reply of %s",
                            (double)a->timeout_ms / 1e3, a->got, peer);
        return ifb_fail(err, IFB_ENET, "timed out after %g s waiting for %s",
                        (double)a->timeout_ms / 1e3, peer);
    }
    if (time_is_zero(a->easy, CURLINFO_NAMELOOKUP_TIME_T))
        return ifb_fail(err, IFB_ENET, "cannot resolve host '%s' within %g s", host, connect_s);
    return ifb_fail(err, IFB_ENET, "cannot connect to %s within %g s", peer, connect_s);
}

static enum ifb_code explain_cut(const struct ifb_attempt *a, const char *peer, struct ifb_error *err)
{
    long proxy = 0, status = 0;

    ifb_curl.curl_easy_getinfo(a->easy, CURLINFO_HTTP_CONNECTCODE, &proxy);
    if (proxy >= 300)
        return ifb_fail(err, proxy == 407 ? IFB_EAUTH : IFB_ENET,
                        "the proxy refused a connection to %s (HTTP %ld)", peer, proxy);
    ifb_curl.curl_easy_getinfo(a->easy, CURLINFO_RESPONSE_CODE, &status);
    if (!status)
        return ifb_fail(err, IFB_ENET, "%s closed the connection without a reply", peer);
    return ifb_fail(err, IFB_ENET, "the reply of %s was cut off after %zu bytes", peer, a->got);
}

enum ifb_code ifb_curl_explain(CURLcode rc, const struct ifb_attempt *a, struct ifb_error *err)
{
    char host[PEER_SIZE], peer[PEER_SIZE];

    name_peer(a->url, host, peer);
    switch (rc) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return ifb_fail(err, IFB_ENET, "cannot resolve host '%s'", host);
    case CURLE_COULDNT_RESOLVE_PROXY:
        return ifb_fail(err, IFB_ENET, "cannot resolve the proxy for %s", peer);
    case CURLE_COULDNT_CONNECT:
        return explain_connect(a, host, peer, err);
    case CURLE_OPERATION_TIMEDOUT:
        return explain_timeout(a, host, peer, err);
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return explain_cut(a, peer, err);
    case CURLE_WRITE_ERROR:
        if (a->full)
            return ifb_fail(err, IFB_ELIMIT, "the reply of %s is larger than %zu bytes", peer,
                            a->max);
        return ifb_fail(err, IFB_EPROTO, "the reply of %s is packed in a broken way", peer);
    case CURLE_BAD_CONTENT_ENCODING:
        return ifb_fail(err, IFB_EPROTO, "the reply of %s is packed in a broken way", peer);
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        return ifb_fail(err, IFB_EPROTO, "%s does not answer in HTTP", peer);
    case CURLE_OUT_OF_MEMORY:  /* what curl also says of a header line beyond its own ceiling */
        return ifb_fail(err, IFB_EPROTO, "the headers of the reply of %s are too long", peer);
    case CURLE_PEER_FAILED_VERIFICATION:
        return ifb_fail(err, IFB_EAUTH, "the certificate of %s is not trusted: %s", peer,
                        a->detail);
    case CURLE_SSL_CONNECT_ERROR:
        return ifb_fail(err, IFB_ENET, "no TLS connection to %s: %s", peer, a->detail);
    case CURLE_SSL_CACERT_BADFILE:
        return ifb_fail(err, IFB_EINPUT, "cannot read the CA certificates: %s", a->detail);
    case CURLE_URL_MALFORMAT:
        return ifb_fail(err, IFB_EINPUT, "not a URL that can be called");
    case CURLE_LOGIN_DENIED:
        return ifb_fail(err, IFB_EINPUT, "a URL with a user name or password is not accepted");
    case CURLE_FILE_COULDNT_READ_FILE:
    case CURLE_BAD_DOWNLOAD_RESUME:
        return ifb_fail(err, IFB_EIO, "cannot read the file");
    default:
        return ifb_fail(err, IFB_ENET, "%s: %s", peer, ifb_curl.curl_easy_strerror(rc));
    }
}

bool ifb_status_is_enough(CURLcode rc, long status)
{
    return status >= 400 &&
           (rc == CURLE_PARTIAL_FILE || rc == CURLE_RECV_ERROR || rc == CURLE_SEND_ERROR ||
            rc == CURLE_HTTP2_STREAM || rc == CURLE_WRITE_ERROR);
}

/* ---- handles ---- */

/* The certificates that curl's own command line tool would take. */
static void set_trust(CURL *easy, const char *ca_file)
{
    const char *file = ca_file ? ca_file : getenv("CURL_CA_BUNDLE");
    const char *dir = NULL;

    if (!file || !*file) {
        dir = getenv("SSL_CERT_DIR");
        file = getenv("SSL_CERT_FILE");
    }
    if (dir && *dir)
        ifb_curl.curl_easy_setopt(easy, CURLOPT_CAPATH, dir);
    if (file && *file)
        ifb_curl.curl_easy_setopt(easy, CURLOPT_CAINFO, file);
}

void ifb_curl_common(CURL *easy, const char *ca_file, int64_t connect_ms, char *error)
{
    ifb_curl.curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    ifb_curl.curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
    ifb_curl.curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
    ifb_curl.curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    ifb_curl.curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    set_trust(easy, ca_file);
}
