# guest-attestation: `make help` lists the targets.
BUILD   ?= build
CC      ?= gcc
# the templates install 1.0 or what comes after it
VERSION ?= 1.0.0.0

# Flavour: release (default), asan, coverage. Each has its own objects.
FLAVOUR ?= release
# Wings that this build leaves out: make WITHOUT="page doctor bundle". Each choice has its own objects.
WITHOUT ?=
space   := $(subst ,, )
OBJ     := $(BUILD)/$(FLAVOUR)$(if $(WITHOUT),-without-$(subst $(space),-,$(strip $(WITHOUT))))
BIN     := $(if $(filter $(BUILD)/release,$(OBJ)),$(BUILD)/bin,$(OBJ)/bin)

WARN := -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wformat=2 -Wundef -Wvla -Walloca -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wcast-qual -Wpointer-arith -Wwrite-strings -Wswitch-enum \
	-Wnull-dereference -Wredundant-decls -Wdouble-promotion -Wimplicit-fallthrough
WARN_GCC := -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wcast-align=strict -Wformat-overflow=2 \
	-Wformat-truncation=2 -Wstringop-overflow=4 -Wjump-misses-init -Wtrampolines -Wuse-after-free=3
HARDEN := -fstack-protector-strong -fno-common -fno-strict-overflow -fno-delete-null-pointer-checks -fPIE \
	'-ffile-prefix-map=$(CURDIR)=.' -ffunction-sections -fdata-sections
HARDEN_GCC := -fstack-clash-protection -ftrivial-auto-var-init=zero
LDHARDEN := -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code -Wl,--as-needed -Wl,--gc-sections

# bytes of a stack frame: threads of others may be small; tests keep whole rounds on theirs
MAX_FRAME := 16384
$(OBJ)/test/%.o: MAX_FRAME := 131072

FLAGS_release  := -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 $(HARDEN) $(HARDEN_GCC)
FLAGS_asan     := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all $(HARDEN)
FLAGS_coverage := -O0 --coverage $(HARDEN)

# The libraries, built from pinned sources (scripts/libs): the same in every build, so that what is tested is what ships.
# LIBS_KIND=system: those of the distribution, to see that the sources compile against them (scripts/check-system).
LIBS_KIND ?= host
LIBS_DIR  := $(BUILD)/libs/$(LIBS_KIND)
LIBS_MADE := $(if $(filter system,$(LIBS_KIND)),,$(LIBS_DIR).made)

BASE_CFLAGS := -std=gnu11 -g -D_GNU_SOURCE -Ilib -isystem $(LIBS_DIR)/include -MMD -MP $(WARN) $(WARN_GCC) $(if $(CI),-Werror)
ALL_CFLAGS   = $(BASE_CFLAGS) $(VERSION_FLAG) $(FLAGS_$(FLAVOUR)) $(if $(filter release,$(FLAVOUR)),-Wframe-larger-than=$(MAX_FRAME)) $(CFLAGS)
ALL_LDFLAGS  = $(FLAGS_$(FLAVOUR)) $(LDHARDEN) $(LDFLAGS)
LIBS := -L$(LIBS_DIR)/lib -ltss2-sys -ltss2-mu -ltss2-rc -ltss2-tcti-device -ltss2-tcti-swtpm -lcurl -lmbedtls -lmbedx509 -lmbedcrypto \
	-lcares -lcjson

# A wing is a folder of lib/, with the commands that need it and the tests that include its headers. Pages are made of bundles; drift/
# compares components/, and disk/ explains what it finds.
WINGS           := page doctor bundle drift
COMMANDS_page   := report
COMMANDS_doctor := doctor
COMMANDS_bundle := evidence verify verify_print attestation_bundle bundles
COMMANDS_drift  := baseline baseline_print files next
$(if $(filter-out $(WINGS),$(WITHOUT)),$(error WITHOUT: the wings are $(WINGS)))
LEFT_OUT := $(sort $(WITHOUT) $(if $(filter bundle,$(WITHOUT)),page) $(if $(filter drift,$(WITHOUT)),components disk foretell))
# X_without_WING.c takes the place of X.c, or of what only the wing has
STAND_INS   := $(wildcard lib/*/*_without_*.c)
STAND_INS_IN := $(foreach wing,$(WITHOUT),$(filter %_without_$(wing).c,$(STAND_INS)))
REPLACED    := $(foreach wing,$(WITHOUT),$(patsubst %_without_$(wing).c,%.c,$(filter %_without_$(wing).c,$(STAND_INS))))
# tests that include a header of these folders, by way of one of test/support's too
including = $(shell grep -lE '^.include "($(subst $(space),|,$(1)))' $(2))
LEFT_OUT_HEADERS := $(addsuffix /,$(LEFT_OUT)) $(if $(LEFT_OUT),$(addprefix ../support/,$(notdir $(call including,$(addsuffix /,$(LEFT_OUT)),test/support/*.h))))
LEFT_OUT_TESTS   := $(if $(LEFT_OUT),$(call including,$(LEFT_OUT_HEADERS),test/unit/*.c test/fuzz/*.c))

LIB_SRC      := $(filter-out $(addprefix lib/,$(addsuffix /%,$(LEFT_OUT))) $(REPLACED) $(filter-out $(STAND_INS_IN),$(STAND_INS)),$(wildcard lib/*/*.c))
# one program; by the name that it is started as, it is a command of the guest agent or the service, too
OTHER_NAMES  := install enable disable update uninstall monitor
HANDLER_SRC  := $(wildcard handler/*.c)
LIB_HEADERS  := $(filter-out $(addprefix lib/,$(addsuffix /%,$(LEFT_OUT))),$(wildcard lib/*/*.h))
COMMAND_SRC  := $(filter-out $(foreach wing,$(LEFT_OUT),$(COMMANDS_$(wing):%=handler/commands/%.c)),$(wildcard handler/commands/*.c))
SHARED_SRC   := $(wildcard handler/shared/*.c)
PROVIDER_SRC := $(wildcard test/provider/*.c)
# a faulty provider for the client's tests shares the making of tokens and claims
HOSTILE_SRC  := $(if $(PROVIDER_SRC),$(wildcard test/hostile/*.c) $(addprefix test/provider/,issue.c claims.c policy.c reference.c verify.c))
# they know the registers of one machine only
FAULT_TOOLS  := $(if $(filter x86_64,$(shell uname -m)),$(if $(wildcard test/fault/*.c),$(BIN)/fault-calls $(BIN)/fault-allocs.so))
UNIT_TESTS   := $(patsubst test/unit/%.c,%,$(filter-out $(LEFT_OUT_TESTS),$(wildcard test/unit/test_*.c)))
FUZZERS      := $(patsubst test/fuzz/%.c,%,$(filter-out $(LEFT_OUT_TESTS),$(wildcard test/fuzz/fuzz_*.c)))
objects       = $(patsubst %.c,$(OBJ)/%.o,$(1))
LIBATTEST    := $(OBJ)/libattest.a

Q := $(if $(V),,@)

all: $(addprefix $(BIN)/,guest-attest $(OTHER_NAMES)) $(if $(PROVIDER_SRC),$(BIN)/attestation-provider $(BIN)/hostile-issue $(BIN)/settings-judge) $(FAULT_TOOLS) ## build the programs and the local provider (default)
	@:

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BUILD)/libs/%.made: scripts/libs scripts/pins scripts/source $(wildcard scripts/patches/*)
	@mkdir -p $(@D)
	$(Q)scripts/libs $* $(BUILD)/libs >/dev/null
	@touch $@

libs: $(LIBS_MADE) ## the pinned libraries, for who compiles by hand

$(OBJ)/%.o: %.c $(LIBS_MADE)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# the library knows no version
VERSIONED := $(call objects,$(HANDLER_SRC) $(COMMAND_SRC) $(SHARED_SRC) $(PROVIDER_SRC) $(HOSTILE_SRC))
$(VERSIONED): VERSION_FLAG = -DVERSION='"$(VERSION)"'
$(VERSIONED): $(OBJ)/version
$(OBJ)/version: FORCE
	@mkdir -p $(@D)
	@echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' >$@
FORCE:

$(LIBATTEST): $(call objects,$(LIB_SRC))
	$(Q)rm -f $@ && $(AR) rcsD $@ $^

$(BIN)/guest-attest: $(call objects,$(HANDLER_SRC) $(COMMAND_SRC) $(SHARED_SRC)) $(LIBATTEST)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(addprefix $(BIN)/,$(OTHER_NAMES)): $(BIN)/guest-attest
	$(Q)ln -f $< $@

$(BIN)/attestation-provider: $(call objects,$(PROVIDER_SRC)) $(LIBATTEST)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) -lmicrohttpd -lgnutls

$(BIN)/hostile-issue: $(call objects,$(HOSTILE_SRC)) $(LIBATTEST)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) -lgnutls

$(BIN)/settings-judge: $(OBJ)/test/support/settings_judge.o $(LIBATTEST)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# what lets system calls and allocations of a program fail
$(BIN)/fault-calls: $(call objects,test/fault/calls.c test/fault/table.c)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^

$(BIN)/fault-allocs.so: test/fault/allocs.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -MMD -MP,$(BASE_CFLAGS)) -O2 -fPIC -shared -o $@ $<

# what lets the programs' clocks leap
$(OBJ)/leap.so: test/years/leap.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -MMD -MP,$(BASE_CFLAGS)) -O2 -fPIC -shared -o $@ $<

# made of what the programs print by --help, and of pages of handler/docs
man: $(BIN)/guest-attest $(BIN)/monitor ## manual pages, into build/man
	$(Q)rm -rf $(BUILD)/man && scripts/pages.py man $(BIN) $(BUILD)/man

completion: $(BIN)/guest-attest ## completion for bash, zsh and fish, into build/completion
	$(Q)rm -rf $(BUILD)/completion && scripts/pages.py completion $(BIN) $(BUILD)/completion

# Tests. Unit tests are one cmocka program per module; fuzz targets also run their seeds as a unit test.
$(OBJ)/unit/%: $(OBJ)/test/unit/%.o $(LIBATTEST)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(LIBATTEST) $(LIBS) -lcmocka

# a part of the provider, which is not in the library
$(OBJ)/unit/test_clients: $(OBJ)/test/provider/clients.o

# counts the steps of every walk through a log
$(OBJ)/unit/test_linear: ALL_LDFLAGS += -Wl,--wrap=event_next_any,--wrap=event_next
# fails one allocation after the other, those of the libraries too
$(OBJ)/unit/test_tlsmemory: ALL_LDFLAGS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

# years within seconds: the service's clocks, waits and rounds are the test's, and its randomness and disk by a seed
$(OBJ)/unit/test_years: $(addprefix $(OBJ)/test/provider/,issue.o claims.o policy.o reference.o)
$(OBJ)/unit/test_years: LIBS += -lgnutls
YEARS_WRAP := clock_now_s clock_now_ns clock_monotonic_ms clock_read sleep wakeup_pause crypto_random renameat fsync wakeup_wait round_run cert_renewal_resume cert_renewal_run
$(OBJ)/unit/test_years: ALL_LDFLAGS += $(YEARS_WRAP:%=-Wl,--wrap=%)

$(OBJ)/seeds/%: $(OBJ)/test/fuzz/%.o $(OBJ)/test/fuzz/seeds_main.o $(LIBATTEST)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# signs its tokens by the provider's library
$(OBJ)/seeds/fuzz_token_mutated: $(OBJ)/test/provider/issue.o
$(OBJ)/seeds/fuzz_token_mutated: LIBS += -lgnutls

$(OBJ)/bench/%: $(OBJ)/test/bench/%.o $(LIBATTEST)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

unit-programs: $(addprefix $(OBJ)/unit/,$(UNIT_TESTS)) $(addprefix $(OBJ)/seeds/,$(FUZZERS))

# SHIPPED=1: the flows drive the programs that ship.
FLOW_PROGRAMS := $(if $(SHIPPED),$(BUILD)/package/programs,$(BIN))

test: ## all tests; installs what is missing: make test [SHIPPED=1]
	$(Q)scripts/deps build test $(if $(SHIPPED),package test-package)
	$(Q)$(MAKE) --no-print-directory all unit-programs
	$(if $(SHIPPED),$(Q)test/support/shipped_programs $(BIN) $(FLOW_PROGRAMS))
	$(Q)test/run $(OBJ) $(FLOW_PROGRAMS) unit flow

check: ## the fast tier: unit tests and fuzz seeds, under a minute once built
	$(Q)scripts/deps build test
	$(Q)$(MAKE) --no-print-directory all unit-programs
	$(Q)test/run $(OBJ) $(BIN) unit

test-core: ## the smallest core, without all wings: its unit tests, and a VM that attests
	$(Q)$(MAKE) --no-print-directory WITHOUT="$(WINGS)" check
	$(Q)test/core/attests_without_wings $(BUILD)/release-without-$(subst $(space),-,$(WINGS))/bin

test-flow: all ## whole programs on real parts only
	$(Q)test/run $(OBJ) $(BIN) flow

asan: ## all tests under AddressSanitizer and UndefinedBehaviorSanitizer
	$(Q)$(MAKE) --no-print-directory FLAVOUR=asan test

coverage: ## line coverage of all tests, as text
	$(Q)status=0; $(MAKE) --no-print-directory FLAVOUR=coverage test || status=1; scripts/coverage $(BUILD)/coverage; exit $$status

lint: ## format, layering, banned calls, static analysis, documents against tables
	$(Q)scripts/deps build lint
	$(Q)$(MAKE) --no-print-directory libs
	$(Q)scripts/lint

format: ## rewrite sources in the project's format
	$(Q)scripts/deps lint
	$(Q)find lib handler test -name '*.[ch]' -exec clang-format -i {} +

fuzz: ## run the fuzz targets: make fuzz [T=eventlog] [SECONDS=60]
	$(Q)scripts/deps build fuzz
	$(Q)$(MAKE) --no-print-directory libs
	$(Q)scripts/fuzz "$(or $(SECONDS),60)" $(if $(T),fuzz_$(T),$(FUZZERS))

faults: ## every allocation and system call of attest, verify, enable and the service fails once: make faults [ONLY=attest]
	$(Q)scripts/deps build test
	$(Q)$(MAKE) --no-print-directory all
	$(Q)test/fault/run $(BIN) $(addprefix --only ,$(ONLY))

fuzz-proof: ## take a check out, in a copy, and see its fuzz target find that: make fuzz-proof [CHECK=name of test/fuzz/unmended]
	$(Q)scripts/deps build fuzz
	$(Q)$(MAKE) --no-print-directory libs
	$(Q)test/fuzz/prove $(CHECK)

bench: ## measure a round, a log replay and a look at boot files beside their peers
	$(Q)scripts/deps build test bench
	$(Q)$(MAKE) --no-print-directory all $(addprefix $(OBJ)/bench/,look appraise_log fleet roots)
	$(Q)test/bench/run $(BIN) $(OBJ)/bench

demo: ## a VM attests, shown step by step: make demo [SECUREBOOT=off]
	$(Q)scripts/deps build demo
	@[ -x $(BIN)/guest-attest ] || echo "Building the programs (once; about a minute on one core)"
	$(Q)$(MAKE) --no-print-directory all
	$(Q)scripts/demo $(BIN) $(or $(SECUREBOOT),on) $(BUILD)/demo

package: ## the extension's zip, for x86_64 and aarch64: make package [VERSION=1.2.3.4] [PUBLISHER=..] [TYPE=..] [ARCH=x86_64]
	$(Q)PUBLISHER="$(PUBLISHER)" TYPE="$(TYPE)" BUILD="$(BUILD)" scripts/package "$(VERSION)" $(ARCH)

# Public headers: those of the library, as it includes them itself. The pinned libraries come along, in a folder of their own.
PREFIX ?= /usr/local
install: all man completion ## program, library, headers and a pkg-config file: make install [PREFIX=/usr/local] [DESTDIR=..]
	$(Q)install -D -m 755 $(BIN)/guest-attest $(DESTDIR)$(PREFIX)/bin/guest-attest
	$(Q)install -D -m 644 $(LIBATTEST) $(DESTDIR)$(PREFIX)/lib/libattest.a
	$(Q)install -d $(DESTDIR)$(PREFIX)/lib/guest-attestation $(DESTDIR)$(PREFIX)/lib/pkgconfig
	$(Q)install -m 644 $(LIBS_DIR)/lib/*.a $(DESTDIR)$(PREFIX)/lib/guest-attestation
	$(Q)for header in $(LIB_HEADERS); do install -D -m 644 "$$header" "$(DESTDIR)$(PREFIX)/include/guest-attestation/$${header#lib/}" || exit; done
	$(Q)sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|; s|@LIBS@|$(filter -l%,$(LIBS))|' manifest/library/guest-attestation.pc \
		>$(DESTDIR)$(PREFIX)/lib/pkgconfig/guest-attestation.pc
	$(Q)for page in $(wildcard $(BUILD)/man/*.[1-9]); do install -D -m 644 "$$page" "$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/}" || exit; done
	$(Q)for file in $(wildcard $(BUILD)/completion/bash/*); do install -D -m 644 "$$file" "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/$${file##*/}" || exit; done
	$(Q)for file in $(wildcard $(BUILD)/completion/zsh/*); do install -D -m 644 "$$file" "$(DESTDIR)$(PREFIX)/share/zsh/site-functions/$${file##*/}" || exit; done
	$(Q)for file in $(wildcard $(BUILD)/completion/fish/*); do install -D -m 644 "$$file" "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$${file##*/}" || exit; done

deb: package man completion ## packages for dpkg, out of the extension's: make deb [VERSION=1.2.3.4] [ARCH=x86_64]
	$(Q)BUILD="$(BUILD)" scripts/distribution deb "$(VERSION)" $(ARCH)

rpm: package man completion ## packages for rpm: make rpm [VERSION=1.2.3.4] [ARCH=x86_64]
	$(Q)scripts/deps rpm
	$(Q)BUILD="$(BUILD)" scripts/distribution rpm "$(VERSION)" $(ARCH)

test-install: ## the packages of dpkg and rpm, and make install, in clean systems (needs root)
	$(Q)scripts/deps build test package test-package rpm test-install
	$(Q)$(MAKE) --no-print-directory all man completion
	$(Q)$(foreach test,$(wildcard test/install/*),$(test) $(BIN) &&) echo "all installations passed"

test-package: ## the packages: reproducible, and their programs on bare, old, new and foreign systems (needs root)
	$(Q)scripts/deps build test package package-aarch64 test-package
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(foreach test,$(wildcard test/package/*),$(test) &&) echo "all packages passed"

test-report: ## the report's pages in a real browser (installs Chromium, about 120 MB)
	$(Q)scripts/deps build test test-report
	$(Q)$(MAKE) --no-print-directory all
	$(Q)test/flow/report_is_a_page_for_people $(BIN)

vm: ## real boots in a virtual machine: measured, tampered with, and the package under systemd (needs root)
	$(Q)scripts/deps vm build test package
	$(Q)$(MAKE) --no-print-directory all package
	$(Q)test/vm/attest $(BIN)
	$(Q)test/vm/secureboot $(BIN)
	$(Q)test/vm/foretold $(BIN)
	$(Q)test/vm/packaged $(BIN)
	$(Q)test/vm/systemd $(BIN) $(BUILD)/package/$(or $(PUBLISHER),BootIntegrity.LinuxAttestation).$(or $(TYPE),GuestAttestation)-$(VERSION).zip
	$(Q)test/vm/policies $(BIN) $(BUILD)/package/$(or $(PUBLISHER),BootIntegrity.LinuxAttestation).$(or $(TYPE),GuestAttestation)-$(VERSION).zip

year: ## a year of Debian's kernels, GRUBs and shims on one VM, without and with attacks (downloads 16 GB once)
	$(Q)scripts/deps build test
	$(Q)$(MAKE) --no-print-directory all
	$(Q)test/year/archive $(BUILD)/year
	$(Q)test/flow/programs_are_read_as_tools_do $(BIN) all
	$(Q)test/year/year $(BIN) $(BUILD)/year good
	$(Q)test/year/year $(BIN) $(BUILD)/year attacked

years: ## a day with everything real but the waits, then five years of the service's loop, three times: make years [DAYS=1826] [SEED=1]
	$(Q)scripts/deps build test
	$(Q)$(MAKE) --no-print-directory all $(OBJ)/unit/test_years $(OBJ)/leap.so
	$(Q)test/years/day $(BIN) $(OBJ)/leap.so
	$(Q)for seed in 0 1 2; do $(OBJ)/unit/test_years $(or $(DAYS),1826) $$(($(or $(SEED),1) + seed)) || exit; done

outdated: ## each bundled library: pinned and newest version, and known vulnerabilities of the pinned one
	$(Q)scripts/outdated

clean: ## remove what was built, but for the libraries
	rm -rf $(BUILD)/release $(BUILD)/asan $(BUILD)/coverage $(BUILD)/fuzz $(BUILD)/bin $(BUILD)/man $(BUILD)/completion

.PHONY: FORCE all help libs man completion outdated unit-programs test check test-core test-flow asan coverage lint format fuzz fuzz-proof faults bench demo package install deb rpm test-install test-package test-report vm year years clean
.SECONDARY:
-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)
