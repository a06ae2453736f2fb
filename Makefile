# SPDX-License-Identifier: Apache-2.0
# ifbench: `make demo` and `make check` do their own set-up; `make help` lists the rest.

BUILD_ROOT := build
SAN   ?=
ARENA ?=
V     ?= 0
PREFIX ?= /usr/local
VERSION := $(shell sed -n 's/.*IFBENCH_VERSION "\(.*\)"/\1/p' include/ifbench.h)

# A sanitizer or the malloc arena picks its own build folder.
comma := ,
FLAVOUR := $(if $(SAN),-$(subst $(comma),-,$(SAN)))$(if $(ARENA),-arena-$(ARENA))
BUILD ?= $(BUILD_ROOT)$(FLAVOUR)

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-6s %s\n' $(1) $(2))

PKGS := libcurl libcrypto libpcre2-8 md4c libxml-2.0 sqlite3 yaml-0.1 zlib
# Optional: unpacks the tagger's model in half the time that zlib takes.
FASTER := $(shell pkg-config --exists libdeflate 2>/dev/null && echo libdeflate)
PKGS += $(FASTER)
CC      ?= cc
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
           -Wwrite-strings -Wformat=2 -Wundef
CPPFLAGS += -I. -Iinclude -D_GNU_SOURCE $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
# -ffp-contract=off: a fused multiply-add would make verdicts depend on the machine.
CPPFLAGS += $(if $(FASTER),-DIFB_LIBDEFLATE)
CFLAGS  += -std=c17 -g -fPIC -pthread -fvisibility=default -ffp-contract=off $(WARN)
LDFLAGS += -pthread -Wl,--as-needed
# libcurl and libxml2 are not linked: curl_lazy.c and libxml_lazy.c load them when they are needed.
LDLIBS  += $(shell pkg-config --libs $(filter-out libcurl libxml-2.0,$(PKGS)) 2>/dev/null) -lunistring -lm -ldl

ifeq ($(SAN),)
CFLAGS  += -O3 -fstack-protector-strong
CPPFLAGS += -D_FORTIFY_SOURCE=3
LDFLAGS += -Wl,-z,relro,-z,now
PIE     := -pie
else
CFLAGS  += $(or $(OPT),-O1) -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all
LDFLAGS += -fsanitize=$(SAN)
endif
ifeq ($(ARENA),malloc)
CPPFLAGS += -DIFB_ARENA_MALLOC
endif

SRC := $(sort $(wildcard harness/*/*.c suites/*.c scorers/*.c scorers/*/*.c reports/*.c))
MAIN := harness/cli/main.c
LIBSRC := $(filter-out harness/cli/%,$(SRC))
CLISRC := $(filter harness/cli/%,$(SRC))
LIBOBJ := $(LIBSRC:%.c=$(BUILD)/%.o)
CLIOBJ := $(CLISRC:%.c=$(BUILD)/%.o)
LIB := $(BUILD)/libifbench.a
SO  := $(BUILD)/libifbench.so
BIN := $(BUILD)/ifbench

MOCKD := $(BUILD)/mockd
UNIT  := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(sort $(wildcard tests/unit/test_*.c)))

# Fuzz targets: with libFuzzer they are `fuzz_NAME`, for `make check` they are `replay_NAME`.
FUZZ_COMMON := tests/fuzz/fuzz.c tests/fuzz/world.c
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,%,$(filter-out $(FUZZ_COMMON) tests/fuzz/standalone.c,\
    $(sort $(wildcard tests/fuzz/*.c))))
REPLAY := $(FUZZ_TARGETS:%=$(BUILD)/tests/fuzz/replay_%)

MAKEFLAGS += --no-builtin-rules

all: $(BIN) $(LIB) $(SO)  ## the binary and both libraries

$(BUILD)/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/scorers/nlp/langid_table.o: scorers/nlp/langid_table.bin
# Compiled in by .incbin, which the compiler's own dependency list does not see.
$(BUILD)/suites/core.o: suites/data/core.jsonl
$(BUILD)/reports/assets.o: $(wildcard reports/page/*)

$(LIB): $(LIBOBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(SO): $(LIBOBJ)
	$(call say,LD,$@)
	$(Q)$(CC) -shared $(LDFLAGS) -Wl,-soname,libifbench.so.0 -o $@ $^ $(LDLIBS) && ln -sf $(@F) $@.0

$(BIN): $(CLIOBJ) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $(PIE) -o $@ $(CLIOBJ) $(LIB) $(LDLIBS)

$(BUILD)/tests/unit/%: tests/unit/%.c $(LIB)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -MF $@.d -o $@ $< $(LDFLAGS) $(LIB) $(LDLIBS) -lcmocka -lcjson -lxml2

FUZZ_OBJ := $(FUZZ_COMMON:%.c=$(BUILD)/%.o)

$(BUILD)/tests/fuzz/replay_%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/standalone.o $(FUZZ_OBJ) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/%.o $(FUZZ_OBJ) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

$(BUILD)/mockd: $(wildcard tests/mock/*.c) tests/mock/mock.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS) -o $@ $(filter %.c,$^) $(LDFLAGS) $(PIE) -lcjson

unit: $(UNIT)

# A command that installs must come before pkg-config is asked: hence make calls itself.
demo:  ## sets up, builds, and runs the built-in suite against the bundled mock endpoint
	@.ci/setup build
	@$(MAKE) --no-print-directory -s demo-built

demo-built: $(BIN) $(MOCKD)
	@BUILD=$(BUILD) sh tests/demo.sh

demo-local:  ## the same with two real, very small models; installs llama.cpp with npm (Node 20)
	@tests/local/setup
	@.ci/setup build
	@$(MAKE) --no-print-directory -s demo-local-built

demo-local-built: $(BIN)
	@BUILD=$(BUILD) sh tests/local/demo.sh

check:  ## sets up, builds, runs all tests; the last line counts them
	@.ci/setup check
	@tests/local/setup || echo 'local: went on without; its tests are skipped' >&2
	@tests/browser/setup || echo 'browser: went on without; its tests are skipped' >&2
	@$(MAKE) --no-print-directory check-built SAN=$(SAN) ARENA=$(ARENA)

E2E := $(sort $(wildcard tests/e2e/test_*.sh))

check-built: $(BIN) $(SO) $(MOCKD) $(UNIT) $(REPLAY)
	@sh tests/run.sh $(BUILD) $(UNIT) $(REPLAY) $(E2E)

fuzz:  ## runs fuzz targets with clang's libFuzzer: TARGET=name (all), SECONDS=n (60 each)
	@.ci/setup fuzz
	@$(MAKE) --no-print-directory CC=clang SAN=fuzzer-no-link,address,undefined OPT=-O2 ARENA=malloc \
	    BUILD=$(BUILD_ROOT)-fuzz fuzz-built

FUZZED := $(or $(TARGET),$(FUZZ_TARGETS))
# bash has a variable SECONDS of its own, so only the command line's counts.
FUZZ_SECONDS := $(if $(filter command line,$(origin SECONDS)),$(SECONDS),60)

fuzz-built: $(FUZZED:%=$(BUILD)/tests/fuzz/fuzz_%)
	@for t in $(FUZZED); do sh tests/fuzz/run.sh $(BUILD) $$t $(FUZZ_SECONDS) || exit 1; done

docs: $(BIN)  ## build/ifbench.1, made from the tables
	@$(BIN) --man > $(BUILD)/ifbench.1

check-layers:  ## checks who includes whom
	@sh .ci/layers

$(BUILD)/transport: tests/bench/transport.c $(LIB)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -o $@ $^ $(LDFLAGS) $(PIE) $(LDLIBS)

bench: $(BIN) $(MOCKD) $(BUILD)/transport  ## speed and memory, beside their targets
	@BUILD=$(BUILD) sh tests/bench/bench.sh

install: all  ## into PREFIX (DESTDIR is honoured)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig \
	    $(DESTDIR)$(PREFIX)/include/ifbench $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/ifbench
	install -m 644 $(LIB) $(DESTDIR)$(PREFIX)/lib/libifbench.a
	install -m 755 $(SO) $(DESTDIR)$(PREFIX)/lib/libifbench.so.0
	ln -sf libifbench.so.0 $(DESTDIR)$(PREFIX)/lib/libifbench.so
	install -m 644 include/ifbench.h $(DESTDIR)$(PREFIX)/include/
	install -m 644 include/ifbench/*.h $(DESTDIR)$(PREFIX)/include/ifbench/
	printf 'prefix=%s\nName: ifbench\nDescription: instruction-following checks and runs\nVersion: %s\nLibs: -L$${prefix}/lib -lifbench\nLibs.private: %s\nCflags: -I$${prefix}/include\n' \
	    '$(PREFIX)' '$(VERSION)' '$(LDLIBS)' > $(DESTDIR)$(PREFIX)/lib/pkgconfig/ifbench.pc
	$(BIN) --man > $(DESTDIR)$(PREFIX)/share/man/man1/ifbench.1

clean:  ## removes all build folders
	rm -rf $(BUILD_ROOT) $(BUILD_ROOT)-*

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 18

-include $(LIBOBJ:.o=.d) $(CLIOBJ:.o=.d) $(UNIT:=.d) $(wildcard $(BUILD)/tests/fuzz/*.d)
.PHONY: all docs unit demo demo-built demo-local demo-local-built check check-built check-layers \
    fuzz fuzz-built bench install clean help
.DEFAULT_GOAL := all
.SECONDARY:
