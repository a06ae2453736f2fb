# SPDX-License-Identifier: Apache-2.0
# TLS as servers have it: certificates made here, good and bad, nginx before the mock.
. tests/e2e/lib.sh

names="a run over HTTP/2|a run over HTTP/1.1|refused certificates|ca-file|gzip|proxies"
if ! command -v nginx >/dev/null 2>&1 || ! command -v openssl >/dev/null 2>&1; then
    oldifs=$IFS
    IFS='|'
    for name in $names; do skip "$name" "nginx or openssl is not installed"; done
    IFS=$oldifs
    exit 0
fi
unset http_proxy https_proxy no_proxy HTTPS_PROXY NO_PROXY all_proxy ALL_PROXY SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE
answers=suites/data/core_answers.jsonl
c=$dir/certs
mkdir "$c" "$dir/tmp"

# ---- certificates ----
key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
make_ca() { openssl req -x509 $key -keyout "$c/$1.key" -out "$c/$1.pem" -subj "/CN=$1" -days 2 2>>"$dir/ssl.log"; }
# leaf NAME HOST CA [ca's options]
leaf() {
    openssl req $key -keyout "$c/$1.key" -out "$c/$1.csr" -subj "/CN=$2" 2>>"$dir/ssl.log"
    cat >"$c/$1.cnf" <<END
[ca]
default_ca = d
[d]
database = $c/$1.index
rand_serial = yes
new_certs_dir = $c
default_md = sha256
policy = p
x509_extensions = x
[p]
commonName = supplied
[x]
subjectAltName = DNS:$2
END
    : >"$c/$1.index"
    name=$1 ca=$3
    shift 3
    [ $# -gt 0 ] || set -- -days 1
    openssl ca -batch -notext -config "$c/$name.cnf" -cert "$c/$ca.pem" -keyfile "$c/$ca.key" \
        -in "$c/$name.csr" -out "$c/$name.pem" "$@" 2>>"$dir/ssl.log"
}
make_ca good-ca && make_ca other-ca && leaf right right.localhost good-ca && leaf wrong elsewhere.example good-ca &&
    leaf unknown unknown.localhost other-ca &&
    leaf expired expired.localhost good-ca -startdate 20200101000000Z -enddate 20210101000000Z &&
    leaf early early.localhost good-ca -startdate 20900101000000Z -enddate 20910101000000Z &&
    openssl req -x509 $key -keyout "$c/self.key" -out "$c/self.pem" -subj /CN=self.localhost \
        -addext subjectAltName=DNS:self.localhost -days 2 2>>"$dir/ssl.log"
[ $? = 0 ] || sed 's/^/# /' "$dir/ssl.log"

# ---- nginx before the mock ----
start_mock --answers $answers
port_of() { echo "${1##*:}"; }
backend=$url keep=$pids
start_mock; p2=$(port_of "$url") m2=$mock
start_mock; p1=$(port_of "$url") m1=$mock
start_mock; p0=$(port_of "$url") m0=$mock
for mock in $m2 $m1 $m0; do stop_mock; done  # their ports are free now
pids=$keep
{
    echo "daemon off; master_process off; pid $dir/nginx.pid; error_log $dir/nginx.err;"
    echo "events { worker_connections 256; }"
    echo "http { log_format l '\$server_protocol \$sent_http_content_encoding'; access_log $dir/access l;"
    for t in client_body proxy fastcgi uwsgi scgi; do echo "${t}_temp_path $dir/tmp/$t;"; done
    echo "gzip on; gzip_types application/json; gzip_min_length 1; gzip_proxied any;"
    echo "client_max_body_size 1m; keepalive_requests 10000;"
    for site in right wrong unknown expired early self; do
        cat <<END
server { listen 127.0.0.1:$p2 ssl http2; listen 127.0.0.1:$p1 ssl; server_name $site.localhost;
 ssl_certificate $c/$site.pem; ssl_certificate_key $c/$site.key;
 location / { proxy_pass $backend; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; } }
END
    done
    echo "server { listen 127.0.0.1:$p0; location / { proxy_pass $backend; } } }"
} >"$dir/nginx.conf"
nginx -c "$dir/nginx.conf" -e "$dir/nginx.err" 2>"$dir/err" &
pids="$pids $!"
nginx=$!
until curl -s -o /dev/null "http://127.0.0.1:$p0/health"; do
    kill -0 $nginx 2>/dev/null || { echo "# nginx did not start"; sed 's/^/# /' "$dir/err" "$dir/nginx.err"; exit 1; }
done

# ---- the right certificate ----
: >"$dir/access"
run run --model "https://right.localhost:$p2/v1#demo" --ca-file "$c/good-ca.pem" --out "$dir/h2" -j 16 -q
[ $code = 0 ] && [ "$(records "$dir/h2" answer)" = 80 ] && [ "$(grep -c '^HTTP/2.0' "$dir/access")" = 81 ]
ok "a run over HTTP/2 with a CA of its own"
[ "$(grep -c 'gzip$' "$dir/access")" = 81 ]
ok "and its replies came packed"
: >"$dir/access"
run run --model "https://right.localhost:$p1/v1#demo" --ca-file "$c/good-ca.pem" --out "$dir/h1" -j 16 -q
[ $code = 0 ] && [ "$(records "$dir/h1" answer)" = 80 ] && [ "$(grep -c '^HTTP/1.1' "$dir/access")" = 81 ]
ok "a run over HTTP/1.1 with TLS, where the server has no HTTP/2"
for p in $p2 $p1; do
    run run --model "https://right.localhost:$p/v1#demo" --ca-file "$c/good-ca.pem" --stream --out "$dir/s$p" -j 16 -q
    [ $code = 0 ] && [ "$(grep -c '"ttft_ms":' "$dir/s$p/journal.jsonl")" = 80 ]
    ok "streams over TLS, port $([ $p = $p2 ] && echo HTTP/2 || echo HTTP/1.1)"
done
export CURL_CA_BUNDLE="$c/good-ca.pem"
run run --model "https://right.localhost:$p2/v1#demo" --limit 1 --out "$dir/env" -q
unset CURL_CA_BUNDLE
[ $code = 0 ]
ok "the CA may come from the environment"

# ---- certificates that are refused ----
# refused SITE PATTERN [OPTION...]
refused() {
    site=$1 pattern=$2
    shift 2
    for p in $p2 $p1; do
        run run --model "https://$site.localhost:$p/v1#demo" --out "$dir/no" -q "$@"
        [ $code = 4 ] && grep -q "certificate of $site.localhost:$p is not trusted.*$pattern" "$dir/err" &&
            [ "$(grep -vc 'warning: ' "$dir/err")" = 1 ] && [ ! -e "$dir/no" ] || return 1
    done
}
: >"$dir/access"
refused wrong "no alternative certificate subject name matches target host name 'wrong.localhost'" --ca-file "$c/good-ca.pem"
ok "a certificate of another host is refused, and the message says so"
refused expired 'certificate has expired' --ca-file "$c/good-ca.pem"
ok "an expired one"
refused early 'not yet valid' --ca-file "$c/good-ca.pem"
ok "one that is not valid yet"
refused self 'self-signed certificate' --ca-file "$c/good-ca.pem"
ok "a self-signed one"
refused unknown 'unable to get local issuer certificate' --ca-file "$c/good-ca.pem"
ok "one of an unknown CA"
refused right 'unable to get local issuer certificate'
ok "one of our CA when it is not named"
[ ! -s "$dir/access" ]
ok "and no request was made of any of them"
run run --model "https://right.localhost:$p2/v1#demo" --no-preflight --limit 3 --out "$dir/late" -q
[ $code = 4 ] && [ "$(grep -c '"error":"the certificate of [^"]*is not trusted' "$dir/late/journal.jsonl")" = 3 ] && ! grep -q attempts "$dir/late/journal.jsonl"
ok "within a run it is an error of the call, not tried again"
run run --model "https://right.localhost:$p2/v1#demo" --ca-file "$dir/nothing.pem" --out "$dir/no" -q
[ $code = 3 ] && grep -q 'nothing.pem' "$dir/err"
ok "a --ca-file that is not there is named, exit 3"
run run --model "https://right.localhost:$p0/v1#demo" --out "$dir/no" -q
[ $code = 4 ] && grep -q "no TLS connection to right.localhost:$p0" "$dir/err"
ok "a server without TLS is told from a bad certificate"

# ---- proxies ----
run run --model "http://model.invalid/v1#demo" --proxy "http://127.0.0.1:$p0" --limit 2 --out "$dir/proxied" -q
[ $code = 0 ] && [ "$(records "$dir/proxied" answer)" = 2 ]
ok "--proxy reaches a host that only the proxy knows"
export http_proxy="http://127.0.0.1:$p0"
run run --model "http://model.invalid/v1#demo" --limit 2 --out "$dir/proxied2" -q
[ $code = 0 ] && [ "$(records "$dir/proxied2" answer)" = 2 ]
ok "so does one of the environment"
run run --model "http://model.invalid/v1#demo" --proxy http://127.0.0.1:1 --limit 2 --out "$dir/no" -q
unset http_proxy
[ $code = 4 ] && grep -q 'connect to the proxy for model.invalid' "$dir/err"
ok "--proxy wins over the environment, and its failure is told from the server's"
run run --model "http://model.invalid/v1#demo" --proxy 'ftp://u:hunter2@x' --limit 2 --out "$dir/no" -q
[ $code = 2 ] && grep -q 'not a proxy' "$dir/err" && ! grep -q hunter2 "$dir/err"
ok "what is no proxy is refused, its password not repeated"
run run --model "http://model.invalid/v1#demo" --limit 2 --out "$dir/no" -q
[ $code = 4 ] && grep -q "cannot resolve host 'model.invalid'" "$dir/err"
ok "a host that does not resolve is told from one that does not answer"
