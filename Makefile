# backstep: how it is built, checked and installed. `make help` lists what you can ask for.
#
# There is one rule that compiles; what a file or a folder needs beyond the common flags is in a
# variable named after it (flags_src/host/store, flags_src/host/store/progress). New files are found by themselves.

VERSION := 0.1
BUILD   ?= build
PREFIX  ?= /usr/local
CFLAGS  ?= -O2 -g
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
# What finds and installs packages. Where it cannot and you did so yourself: make run SETUP=true
SETUP   ?= tools/setup
# How long each fuzz target searches.
FUZZ_SECONDS ?= 60
# For a special tree (make asan, make coverage, make fuzz): flags to compile and to link with.
INSTRUMENT   ?=
# What runs a program that was just built: an emulator, where it was built for another processor.
RUN          ?=
SANITIZE     := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# The commit that is built, where that is known: --version says it.
COMMIT  ?= $(shell git rev-parse --short HEAD 2>/dev/null)

# ---- The house ----------------------------------------------------------------------------------
# Who may use whom: the arrows point down, and the order is the one in which libraries are linked.
# `make layers` holds the sources to it, and a room's unit tests are linked with no more than this.
below_base    :=
below_engine  := base
below_text    := engine $(below_engine)
below_formula := text $(below_text)
below_lesson  := formula $(below_formula)
below_scene   := formula $(below_formula)
below_words   := formula $(below_formula)
below_export  := formula $(below_formula)
below_session := scene formula $(below_formula)
below_command := session words export lesson $(below_session)
below_play    := command $(below_command)
below_process := base
below_dot     := scene $(below_scene)
below_store   := process play $(below_play)
below_picture := dot store $(below_store)
below_supply  := picture $(below_picture)
below_check   := supply $(below_supply)
below_prompt  := supply $(below_supply)
below_talk    := supply $(below_supply)
below_wasm    := dot play $(below_play)
below_backstep := prompt check talk $(below_prompt)
below_print   := base
below_render  := scene $(below_scene)
below_live    := process base
below_jupyter := supply $(below_supply)

# The core knows nothing of the machine that it runs on; the host does.
CORE  := play $(below_play)
ROOMS := $(below_backstep)
# The folder of a room: src/core/engine.
folder = $(wildcard src/*/$(1))

# Programs beside backstep, each a folder of src/programs/ that becomes build/backstep-FOLDER. They stand
# alone because what they link is too heavy for a prompt that should be there at once.
HELPERS := render live print
# One that only users of Jupyter need, and whose libraries nobody else should install: make jupyter.
JUPYTER := $(BUILD)/backstep-jupyter
LOGOS   := logo.svg logo-32x32.png logo-64x64.png

# ---- Flags --------------------------------------------------------------------------------------
# No contraction into fused multiply-add: a number must be the same to the last bit everywhere. The
# two others change no result (none of our code looks at errno after mathematics, or at the
# processor's exception flags), and without them tanh takes four times as long.
COMMON := -std=c17 -Isrc/core -Isrc/host -Isrc/programs -ffp-contract=off -fno-math-errno -fno-trapping-math \
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
    $(if $(WERROR),-Werror)

# A library's flags, from pkg-config. Its headers are not ours to warn about.
pc = $(subst -I,-isystem ,$(shell pkg-config $(1)))

posix := -D_GNU_SOURCE
flags_src/programs/backstep   = $(posix) -DBACKSTEP_VERSION='"$(VERSION)"' \
    -DBACKSTEP_COMMIT='"$(COMMIT:%= (%))"'
flags_src/programs/render     = $(posix) $(call pc,--cflags libgvc libcgraph cairo) \
    -DGRAPHVIZ_PLUGINS='"$(shell pkg-config --variable=libdir libgvc)/graphviz"'
flags_src/programs/jupyter    = $(posix) -DBACKSTEP_VERSION='"$(VERSION)"' -I$(BUILD)/jupyter \
    $(call pc,--cflags libzmq libsodium)
flags_src/programs/print      = $(posix) $(call pc,--cflags pangocairo cairo)
flags_src/programs/live       = $(posix) -I$(BUILD)/page $(call pc,--cflags libmicrohttpd)
$(foreach r,process store dot picture supply check prompt talk,$(eval flags_src/host/$(r) = $$(posix)))
flags_src/host/prompt       += $(call pc,--cflags readline)
flags_src/host/picture/page   = -I$(BUILD)/page
flags_src/host/store/markdown = $(call pc,--cflags libcmark-gfm)
flags_src/host/store/progress = $(call pc,--cflags sqlite3)
# Loops over lanes: for the processors that everyone has, and for those with wider vectors. One
# binary has both, and asks the processor when a training begins.
x86 := $(findstring x86_64,$(shell $(CC) -dumpmachine))
flags_src/core/engine/lanes_kernel_128 = -O3
flags_src/core/engine/runs             = -O3
flags_src/core/engine/lanes_kernel_256 = -O3 $(if $(x86),-mavx2)
flags_src/core/engine/lanes_kernel_512 = -O3 $(if $(x86),-mavx512f -mavx512dq -mavx512vl -mprefer-vector-width=512)
wasm_src/core/engine/lanes_kernel_128  = -O2 -fno-unroll-loops -msimd128
wasm_src/web/wasm/memory               = -O2 -fno-builtin -fno-unroll-loops -msimd128 -mbulk-memory
flags_tests/unit         = $(posix)
flags_tests/unit/store_progress_test = $(call pc,--cflags sqlite3)
flags_tests/tty          = $(posix)
flags_tests/memory       = $(posix) -Wno-missing-prototypes
flags_tests/memory/inject = -DINJECT_LINKED
flags_tests/fuzz         = $(posix) -Wno-missing-prototypes
flags_bench              = $(posix)
flags_bench/lanes        = -O3 -Ibench

# STATIC= links every library when the program starts, as a package of a system must.
STATIC ?= yes
# SQLite goes into the program where its library can: loading it would lengthen every start by a
# sixth, though only lessons need it.
sqlite_dir  = $(shell pkg-config --variable=libdir sqlite3)
sqlite      = $(if $(and $(STATIC),$(wildcard $(sqlite_dir)/libsqlite3.a)),-l:libsqlite3.a,$(call pc,--libs sqlite3))
# The same with zlib, which only links need.
zlib        = $(if $(and $(STATIC),$(wildcard $(shell pkg-config --variable=libdir zlib)/libz.a)),-l:libz.a,$(call pc,--libs zlib))
libs_store  = $(call pc,--libs libcmark-gfm) $(sqlite) $(zlib)
libs_prompt = $(call pc,--libs readline)
# Allocations are led to the test (tests/unit/base_refuse.h), and what may fail of a disk; DOT is read again.
refused = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free
link_base_text_test      = $(refused)
link_base_trail_large_test = $(refused)
link_command_memory_test = $(refused)
link_engine_memory_test  = $(refused)
link_lesson_memory_test  = $(refused)
link_play_progress_test  = $(refused)
link_store_journal_test  = $(refused) -Wl,--wrap=write,--wrap=ftruncate,--wrap=fdatasync
link_store_memory_test   = $(refused)
libs_tests_picture = $(call pc,--libs libcgraph)
libs_render = $(call pc,--libs libgvc libcgraph cairo)
libs_live   = $(call pc,--libs libmicrohttpd)
libs_print  = $(call pc,--libs pangocairo cairo)
libs_jupyter = $(call pc,--libs libzmq libsodium)

comma := ,

# ---- What there is ------------------------------------------------------------------------------
objects = $(patsubst %.c,$(BUILD)/$(2)/%.o,$(wildcard $(call folder,$(1))/*.c))
library = $(patsubst %,$(BUILD)/lib/%.a,$(1))
# The program that each C file of a folder becomes.
programs = $(patsubst %.c,$(BUILD)/%,$(filter-out %/replay_main.c,$(wildcard $(1)/*.c)))
# tests/unit/text_csv_test.c tests the room `text`.
room = $(firstword $(subst _, ,$(1)))

BACKSTEP    := $(BUILD)/backstep
PROGRAMS    := $(BACKSTEP) $(HELPERS:%=$(BACKSTEP)-%)
UNIT        := $(call programs,tests/unit)
REPLAY      := $(call programs,tests/fuzz)
# Allocations are refused by a library in front of the C library's, but where a sanitizer has its own.
MEMORY      := $(if $(filter-out --coverage,$(INSTRUMENT)),,$(BUILD)/tests/memory/faults $(BUILD)/tests/memory/inject.so)
TTY         := $(filter-out $(if $(MEMORY),,%/memory_test),$(call programs,tests/tty))
SCRIPTS     := $(filter-out $(if $(MEMORY),,%/memory.sh %/interrupted.sh),$(wildcard tests/scripts/*.sh))
BENCH       := $(call programs,bench)
TRANSCRIPTS := $(wildcard README.md docs lessons tests/transcripts)
DATA        := $(wildcard data/*)
PYTHON      := src/python/backstep.py
LESSONS     := $(wildcard lessons/*.md lessons/questions.txt)

# The manual and the completions are made of the sources' tables.
MAN := backstep.1 backstep-lesson.5
lesson_ids = $(sort $(foreach l,$(wildcard lessons/[0-9]*.md),$(shell echo $(basename $(notdir $(l))) | cut -d - -f 2-)))
shell_pages = $(addprefix $(BUILD)/completions/,bash zsh fish)

# ---- Building -----------------------------------------------------------------------------------
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
.SECONDARY:
.SECONDEXPANSION:
.PHONY: all run tests unit suite transcripts bless layers docs fmt clean help always
.PHONY: check check-page check-torch check-jupyter check-deb asan coverage fuzz hunt bench bench-quick
.PHONY: setup-run setup-check setup-page setup-torch setup-count setup-bench setup-jupyter setup-notebook setup-deb setup-hunt
.PHONY: jupyter core-wasm play-wasm install uninstall tarball deb

all: $(PROGRAMS) $(MAN:%=$(BUILD)/man/%) $(shell_pages) ## Build backstep and its helpers (the default)

# V=1 shows each command whole.
Q    := $(if $(V),,@)
show  = @mkdir -p $(@D)$(if $(V),, && echo "  $(1) $(2)")
cores = $(shell getconf _NPROCESSORS_ONLN)
# As many jobs as processors, where make was not told how many.
jobs  = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(cores))

# Rewritten only when the compiler or its flags change, and then everything is compiled afresh.
$(BUILD)/flags: always
	@mkdir -p $(@D)
	@echo "$(CC) $(CFLAGS) $(COMMON) $(INSTRUMENT)" > $@.now
	@cmp -s $@.now $@ || mv $@.now $@; rm -f $@.now

# The same for what --version says.
$(BUILD)/version: always
	@echo "$(VERSION) $(COMMIT)" > $@.now
	@cmp -s $@.now $@ || mv $@.now $@; rm -f $@.now

$(BUILD)/obj/src/programs/backstep/main.o: $(BUILD)/version

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	$(call show,cc  ,$<)
	$(Q)$(CC) $(CFLAGS) $(COMMON) $(INSTRUMENT) $(flags_$(*D)) $(flags_$*) -MMD -MP -c -o $@ $<

# The pages are part of the programs: the one that plays a walk joined into one file, the one that
# follows a prompt in three; then as a C array's bytes.
pages = $(1:%=$(BUILD)/page/%)
$(call pages,page.html live.js): $(BUILD)/page/%: tools/page $(wildcard src/web/page/*) $(call pages,ops.js)
	$(call show,join,$@)
	$(Q)tools/page src/web/page $(BUILD)/page $* > $@

# The operations for the page's own engine.
$(BUILD)/page/ops.js: $(BUILD)/tools/page_ops
	$(Q)mkdir -p $(@D) && $(RUN) $< > $@

$(call pages,live.html style.css): $(BUILD)/page/%: src/web/page/%
	$(Q)mkdir -p $(@D) && cp $< $@

$(BUILD)/page/%.inc: $(BUILD)/page/%
	$(Q)od -An -v -tu1 $< | sed 's/ *\([0-9]\{1,\}\)/\1,/g' > $@

$(BUILD)/obj/src/host/picture/page.o: $(call pages,page.html.inc)
$(BUILD)/obj/src/programs/live/serve.o: $(call pages,live.html.inc style.css.inc live.js.inc)

$(BUILD)/jupyter/%.inc: src/programs/jupyter/%
	$(Q)mkdir -p $(@D) && od -An -v -td1 $< | sed 's/ *\(-*[0-9]\{1,\}\)/\1,/g' > $@

$(BUILD)/obj/src/programs/jupyter/install.o: $(LOGOS:%=$(BUILD)/jupyter/%.inc)

# The folder is a prerequisite too: a file that goes away must leave the library with it.
$(BUILD)/lib/%.a: $$(call objects,$$*,obj) $$(call folder,$$*)
	$(call show,ar  ,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

# The kernel once more with the sanitizers: its own files, and what reads the bytes of others.
hardened := $(wildcard src/programs/jupyter/*.c) src/core/base/json.c src/core/base/text.c \
    src/core/base/record.c
$(BUILD)/hardened/%.o: %.c $(BUILD)/flags
	$(call show,asan,$<)
	$(Q)$(CC) -O1 -g $(COMMON) $(SANITIZE) $(flags_$(*D)) $(flags_$*) -MMD -MP -c -o $@ $<

$(BUILD)/hardened/src/programs/jupyter/install.o: $(LOGOS:%=$(BUILD)/jupyter/%.inc)

$(BUILD)/hardened/backstep-jupyter: $(hardened:%.c=$(BUILD)/hardened/%.o) \
    $(call library,$(below_jupyter))
	$(call show,link,$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(call libs,jupyter) -lm

# What a program links beside the rooms: each room's libraries.
libs = $(foreach r,$(1) $(below_$(1)),$(libs_$(r)))
link = $(Q)$(CC) $(CFLAGS) $(INSTRUMENT) -o $@ $(filter %.o %.a,$^) $(1) -lm

# INJECT: an object that refuses allocations, linked in (hunt-leaks).
$(BACKSTEP): $(call objects,backstep,obj) $(INJECT) $(call library,$(below_backstep))
	$(call show,link,$@)
	$(call link,$(call libs,backstep) $(INJECT:%=-Wl$(comma)--wrap=malloc$(comma)--wrap=calloc$(comma)--wrap=realloc))

$(BACKSTEP)-%: $$(call objects,$$*,obj) $$(call library,$$(below_$$*))
	$(call show,link,$@)
	$(call link,$(call libs,$*))

$(BUILD)/tests/unit/%: $(BUILD)/obj/tests/unit/%.o \
    $$(call library,$$(call room,$$*) $$(below_$$(call room,$$*)))
	$(call show,link,$@)
	$(call link,$(link_$*) -lcmocka $(libs_tests_$(call room,$*)) $(call libs,$(call room,$*)))

$(BUILD)/tests/tty/%: $(BUILD)/obj/tests/tty/%.o
	$(call show,link,$@)
	$(call link,-lcmocka -lutil)

# A fuzz target's main: ours, which replays the corpus; libFuzzer brings its own, which searches.
FUZZ_MAIN ?= $(BUILD)/obj/tests/fuzz/replay_main.o
$(BUILD)/tests/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(FUZZ_MAIN) $$(fuzz_$$*) $(call library,$(ROOMS))
	$(call show,link,$@)
	$(call link,$(FUZZ_LINK) $(libs_fuzz_$*) $(call libs,backstep))

# The server of the live page without its main, and Graphviz's reader of DOT.
fuzz_http       = $(filter-out %/main.o %/layout.o %/feed.o,$(call objects,live,obj))
libs_fuzz_http  = $(libs_live)
libs_fuzz_label = $(call pc,--libs libcgraph)

# The words of the tables, for a search that starts from what can be typed.
$(BUILD)/words.dict: tools/dictionary $(wildcard src/core/*/*.def)
	$(Q)mkdir -p $(@D) && $< $(filter %.def,$^) > $@

$(BUILD)/tests/memory/faults: $(BUILD)/obj/tests/memory/faults.o
	$(call show,link,$@)
	$(call link)

$(BUILD)/tests/memory/inject.so: tests/memory/inject.c $(BUILD)/flags
	$(call show,link,$@)
	$(Q)$(CC) $(CFLAGS) $(COMMON) $(flags_tests/memory) -shared -fPIC -o $@ $<

$(BUILD)/bench/%: $(BUILD)/obj/bench/%.o $(call library,$(CORE))
	$(call show,link,$@)
	$(call link)

# The core for a browser: src/web/wasm/door.h says what it exports, no_stdio.c why nothing is imported.
WASM := clang --target=wasm32-wasi
in_wasm := wasm dot $(CORE)
wasm_link = $(Q)$(WASM) -nostartfiles -Wl,--no-entry,--strip-all,--stack-first,-z,stack-size=1048576 \
    $(1) -o $@ $(filter %.o,$^)
# (The core starts no threads, and clang 14 cannot compile thread-local variables with bulk memory.)
wasm_common := $(COMMON) -Isrc/web -DBS_WASM -D_Thread_local=

$(BUILD)/wasm/%.o: %.c $(BUILD)/flags
	$(call show,wasm,$<)
	$(Q)$(WASM) -O2 $(wasm_common) $(wasm_$*) -MMD -MP -c -o $@ $<

$(BUILD)/core.wasm: $(foreach r,$(in_wasm),$(call objects,$(r),wasm))
	$(call show,link,$@)
	$(call wasm_link)

# The same for the playground: small, but quick where the time goes (docs/performance.md). What else
# browsers have had since they have vectors makes it smaller. It comes in two modules: the first is
# enough for statements and a backward pass, the rest follows at once (src/web/playground/halves.js).
play_features := sign-ext nontrapping-fptoint
play_quick    := $(addprefix src/core/engine/,lanes lanes_kernel% runs sweep sweep_reach tape maths ops optim \
    descent grow grow_nodes paths) $(addprefix src/core/base/,format mem number% record text trail) \
    $(addprefix src/core/text/,definition group input lexer lower lower_name lower_take names parser% recipe) \
    $(addprefix src/core/session/,call_answer call_expression call_finish compact frames loop replay \
    replay_turns run statement statement_bind statement_old transaction turns) \
    $(addprefix src/core/formula/,expr expr_print math printer simplify simplify_product simplify_sum)
play_memory   := 536870912
play_flags     = $(if $(filter $(play_quick),$*),-O2,-Oz) $(play_features:%=-m%)
play_rest     := $(addprefix src/core/,export/% scene/% lesson/% play/% command/% text/csv% formula/matrix%) \
    $(addprefix src/core/engine/,lanes% runs% grow% hessian gradcheck mistakes) src/host/dot/% \
    $(addprefix src/core/session/,compact saved salvage batch) \
    $(addprefix src/core/words/,bundle draw% latex markdown notebook notes plot% rail sheet spark tex ticks \
    $(addprefix words_,flow grade lesson load progress questions second why))
play_first    := $(addprefix src/core/,play/tutor lesson/course lesson/log lesson/lesson text/csv_number) \
    $(addprefix src/core/command/,commands commands_pass commands_print commands_look commands_help \
    complete context)

$(BUILD)/play/flags: always
	@mkdir -p $(@D)
	@echo "$(WASM) $(play_quick) $(play_features) $(wasm_common)" > $@.now
	@cmp -s $@.now $@ || mv $@.now $@; rm -f $@.now

# What is in which module; the objects do not depend on it.
$(BUILD)/play/later: always
	@mkdir -p $(@D)
	@echo "$(play_rest) but $(play_first)" > $@.now
	@cmp -s $@.now $@ || mv $@.now $@; rm -f $@.now

$(BUILD)/play/obj/%.o: %.c $(BUILD)/play/flags
	$(call show,wasm,$<)
	$(Q)$(WASM) $(play_flags) $(wasm_common) $(wasm_$*) -MMD -MP -c -o $@ $<

play_objects  := $(foreach r,$(in_wasm),$(call objects,$(r),play/obj))
play_later    := $(filter-out $(play_first:%=$(BUILD)/play/obj/%.o),\
    $(filter $(play_rest:%=$(BUILD)/play/obj/%.o),$(play_objects)))
# Of two functions that are the same wasm-opt keeps the one that is linked first.
$(BUILD)/play/core.wasm: $(filter-out $(play_later),$(play_objects)) $(play_later) $(BUILD)/play/later
	$(call show,link,$@)
	$(call wasm_link,-Wl$(comma)--max-memory=$(play_memory) -Wl$(comma)--export=__stack_pointer -Wl$(comma)-Map=$@.map)

$(BUILD)/play/first.wasm $(BUILD)/play/rest.wasm &: $(BUILD)/play/core.wasm tools/split
	$(call show,split,$<)
	$(Q)tools/split $< $<.map $(@D)/first.wasm $(@D)/rest.wasm $(play_later)

-include $(wildcard $(addprefix $(BUILD)/,obj/*/*.d obj/*/*/*.d obj/*/*/*/*.d wasm/*/*/*/*.d play/obj/*/*/*/*.d))

# The page around it, with esbuild and Graphviz for browsers from npm.
PLAYGROUND := $(BUILD)/playground
node_modules/.package-lock.json: package-lock.json
	$(call show,npm ,what package-lock.json names)
	$(Q)npm ci --ignore-scripts --silent </dev/null && touch $@

$(PLAYGROUND)/index.html: $(BUILD)/play/first.wasm $(BUILD)/play/rest.wasm $(BUILD)/play/lessons.txt $(call pages,page.html) tools/playground \
    node_modules/.package-lock.json $(wildcard src/web/page/* src/web/playground/* data/*)
	$(call show,join,$(@D))
	$(Q)tools/playground $(BUILD)/play $(BUILD)/page $(@D)

# ---- Running and checking -----------------------------------------------------------------------
run: setup-run ## Install what is missing, build, and start
	@$(MAKE) -s $(jobs) all
	@$(BACKSTEP)

check: setup-check ## Install what is missing, build, and run every test that needs no browser
	@$(MAKE) $(jobs) suite

check-page: setup-page ## Play the exported pages in a real Chromium
	@$(MAKE) $(jobs) all
	@BACKSTEP=$(BACKSTEP) tools/count $(IN_PAGE:%="node %")

jupyter: setup-jupyter ## Install what is missing, and build the kernel for Jupyter notebooks
	@$(MAKE) -s $(jobs) all $(JUPYTER)
	@echo "for you alone:  $(JUPYTER) --install      for all:  make install"

check-jupyter: setup-notebook ## Run the kernel under Jupyter's clients, also in a browser
	@$(MAKE) $(jobs) all $(JUPYTER) $(BUILD)/hardened/backstep-jupyter
	@BACKSTEP=$(BACKSTEP) tools/count "$(call IN_JUPYTER,$(JUPYTER)) clients_test.py" \
	    "ASAN_OPTIONS=quarantine_size_mb=64 $(call IN_JUPYTER,$(BUILD)/hardened/backstep-jupyter) hostile_test.py" \
	    "$(call IN_JUPYTER,$(JUPYTER)) notebook_test.mjs"

check-torch: setup-torch ## Run exported programs with PyTorch, also in two processes
	@$(MAKE) $(jobs) all
	@BACKSTEP=$(BACKSTEP) tools/count tests/export/torch.sh

setup-run setup-check setup-page setup-play setup-firefox setup-torch setup-count setup-bench setup-jupyter setup-notebook setup-deb setup-hunt \
    setup-analysis:
	@$(SETUP) $(@:setup-%=%) $(BUILD)/$@

# The arrows and the allowed calls are read off the plain libraries, not off instrumented ones.
LAYERS   := tools/layers $(BUILD)/lib "$(CORE)" \
    $(foreach r,$(ROOMS) backstep wasm $(HELPERS) jupyter,"$(r): $(below_$(r))")
IMPORTS  := node tools/no-imports.js $(BUILD)/core.wasm
IN_WASM  := $(wildcard tests/wasm/*.js)
IN_JUPYTER = KERNEL=$(1) tests/jupyter/run.sh
IN_PAGE  := $(wildcard tests/page/*_test.mjs)
IN_PLAY  := $(wildcard tests/play/*_test.mjs)
VERIFY   := $(BACKSTEP) check $(TRANSCRIPTS)

tests: $(UNIT) $(TTY) $(REPLAY) $(BENCH) $(MEMORY)

suite: all tests $(if $(INSTRUMENT),,$(BUILD)/core.wasm $(BUILD)/play/lessons.txt)
	@AT_ONCE=$(cores) BACKSTEP=$(BACKSTEP) tools/count $(UNIT) $(TTY) $(SCRIPTS) \
	    $(foreach t,$(REPLAY),"$(t) tests/fuzz/corpus/$(notdir $(t))") "$(VERIFY)" \
	    $(if $(INSTRUMENT),,'$(LAYERS)' "$(IMPORTS)" \
	        $(foreach t,$(IN_WASM),"node $(t) $(BUILD)/core.wasm"))

unit: $(PROGRAMS) $(UNIT) ## Build and run the unit tests
	@AT_ONCE=$(cores) tools/count $(UNIT)

transcripts: all ## Run every example in README.md, docs/ and tests/transcripts/, play lessons/
	@$(VERIFY)

bless: all ## Write what the program answers now into those examples; read the diff
	@$(BACKSTEP) check --bless $(TRANSCRIPTS)

layers: $(call library,$(ROOMS)) ## Check who includes and calls whom, and what the core calls and keeps
	@$(LAYERS:tools/layers=tools/layers --show)

.PHONY: playground check-play check-firefox setup-play setup-firefox
playground: setup-play ## Build the playground: build/playground/, all of backstep in one page
	@$(MAKE) $(jobs) $(PLAYGROUND)/index.html

check-play: setup-play ## Play the playground in a real Chromium
	@$(MAKE) $(jobs) all $(PLAYGROUND)/index.html
	@BACKSTEP=$(BACKSTEP) PLAYGROUND=$(PLAYGROUND) tools/count $(IN_PLAY:%="node %")

# Those of its tests that need nothing special of a browser. (Needs node 20 or later.)
check-firefox: setup-firefox ## Play the playground in a real Firefox
	@$(MAKE) $(jobs) all $(PLAYGROUND)/index.html
	@BACKSTEP=$(BACKSTEP) PLAYGROUND=$(PLAYGROUND) FIREFOX=firefox-esr NODE_OPTIONS=--experimental-websocket \
	    tools/count $(foreach t,page lessons work markdown,"node tests/play/$(t)_test.mjs")

play-wasm: $(BUILD)/play/first.wasm $(BUILD)/play/lessons.txt ## Compile the core for the playground
	@node tools/no-imports.js $(BUILD)/play/core.wasm

core-wasm: $(BUILD)/core.wasm ## Compile the core to WebAssembly; it may import nothing
	@$(IMPORTS)

# Graphviz and its friends keep what they allocate: tests/leaks.supp names them, ours must not leak.
asan: setup-check ## Run the checks under the address and undefined-behaviour sanitizers
	@LSAN_OPTIONS="suppressions='$(CURDIR)/tests/leaks.supp' print_suppressions=0" \
	    $(MAKE) $(jobs) suite BUILD=$(BUILD)/asan CFLAGS="-O1 -g -fno-omit-frame-pointer" \
	    INSTRUMENT="-fsanitize=address,undefined -fno-sanitize-recover=all"

portable: setup-check ## Run the checks with what other systems than Linux are given instead
	@$(MAKE) $(jobs) suite BUILD=$(BUILD)/portable INSTRUMENT=-DBS_PORTABLE

# Every source, each looked at by itself; one that did not change is not looked at again. door.c and its
# like are compiled for WebAssembly only.
analysed := $(filter-out src/web/%,$(wildcard src/*/*/*.c))
.PHONY: analysis setup-analysis analyse
analysis: setup-analysis ## Run three static analysers; fails on a report (minutes: about two)
	@$(MAKE) -s $(jobs) $(call pages,page.html.inc live.html.inc style.css.inc live.js.inc) \
	    $(LOGOS:%=$(BUILD)/jupyter/%.inc)
	@$(MAKE) -s -k $(jobs) analyse

analyse: $(analysed:%.c=$(BUILD)/analysis/%)
	@echo "$(words $^) passed, 0 failed"

headers := $(wildcard src/*/*/*.h src/*/*/*.def)
$(BUILD)/analysis/%: %.c tools/analysis $(headers)
	@nice tools/analysis $< $@ $(filter-out -W%,$(COMMON)) $(if $(filter %/diag %/judging,$*),,-DBS_ANALYSIS) \
	    $(flags_$(*D)) $(flags_$*)

# Every line and branch of these files should be reached; those that are not are listed.
wholly := src/core/text/lexer.c src/core/text/parser.c src/core/engine/tape.c src/core/engine/sweep.c \
    src/host/store/journal.c
# Allocations are refused at more places than in `make check`: what is done then is code too.
coverage: setup-check ## Run the checks and say which share of each file's lines they reach
	@$(MAKE) $(jobs) covered BUILD=$(BUILD)/coverage CC=gcc CFLAGS="-O0 -g -DBS_COVERAGE" INSTRUMENT=--coverage

.PHONY: covered
covered: export SLOWER := 8
covered: export BACKSTEP_EVERY := 199
covered: suite
	@$(firstword $(MEMORY)) $(BACKSTEP) $(lastword $(MEMORY)) tests/memory/scenarios.txt --places 100
	@tools/coverage $(BUILD)/obj/src $(wholly)

fuzz: setup-check ## Search for inputs that crash it, FUZZ_SECONDS=60 for each target
	@+$(call with_fuzzer,search-inputs)

check-fuzz: setup-check ## The same for ten seconds each, and compile everything with clang
	@+$(call with_fuzzer,compiled search-inputs) FUZZ_SECONDS=10

# All targets are searched, whichever fail.
with_fuzzer = $(MAKE) $(jobs) -k $(1) BUILD=$(BUILD)/fuzz CC=clang CFLAGS="-O1 -g" FUZZ_MAIN= \
    FUZZ_LINK=-fsanitize=fuzzer \
    INSTRUMENT="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all"

.PHONY: compiled check-fuzz
search-inputs: $(REPLAY:%=%.hunt)

# Every object of the programs and the tests, those too that no fuzz target links.
compiled: $(foreach r,$(ROOMS) backstep $(HELPERS),$(call objects,$(r),obj)) \
    $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/*/*.c bench/*.c)) $(BUILD)/tests/memory/inject.so

hunt: fuzz hunt-numbers hunt-memory hunt-leaks hunt-valgrind hunt-kills elsewhere ## Everything that takes long: inputs, numbers, memory, other systems

# The core with musl, and the prompt for arm64 in an emulator: compilers of their own.
.PHONY: search-inputs elsewhere portable
elsewhere: setup-hunt portable ## Build and run the tests with what other systems have: another C library and processor
	@$(MAKE) $(jobs) all
	@tools/musl $(BUILD)/musl
	@BACKSTEP=$(BACKSTEP) tools/arm64 $(BUILD)/arm64

# Many random programs: derivatives found in several ways, and some of them as exported C.
# In a build of its own, as the hunt for crashes has other flags.
.PHONY: hunt-numbers search-numbers
hunt-numbers:
	@$(MAKE) $(jobs) search-numbers BUILD=build/search CC=gcc CFLAGS="-O2 -g" INSTRUMENT=

search-numbers: $(BACKSTEP) $(BUILD)/tests/unit/command_differential_test
	BACKSTEP_PROGRAMS=100000 BACKSTEP_SEED=$(or $(SEED),2) $(BUILD)/tests/unit/command_differential_test
	BACKSTEP=$(BACKSTEP) tests/hunt/exports.sh 300 $(or $(SEED),2)

# Every allocation of every scenario refused in turn (the long ones at MEMORY_SAMPLE places), and the
# address space bounded from 40 MB up.
MEMORY_SAMPLE ?= 500
.PHONY: hunt-memory search-memory
hunt-memory:
	@$(MAKE) $(jobs) search-memory BUILD=build/search CC=gcc CFLAGS="-O2 -g" INSTRUMENT=

search-memory: all $(MEMORY) $(BUILD)/tests/tty/memory_test $(BUILD)/tests/unit/command_memory_test
	$(firstword $(MEMORY)) $(BACKSTEP) $(lastword $(MEMORY)) \
	    tests/memory/scenarios.txt --sample $(MEMORY_SAMPLE) -v
	BACKSTEP=$(abspath $(BACKSTEP)) BACKSTEP_FAULTS=$(MEMORY_SAMPLE) $(BUILD)/tests/tty/memory_test
	$(firstword $(MEMORY)) $(BACKSTEP) $(lastword $(MEMORY)) tests/memory/scenarios.txt --limits -v
	BACKSTEP=$(abspath $(BACKSTEP)) BACKSTEP_EVERY=7 $(BUILD)/tests/unit/command_memory_test

# Killed at the echo: nothing that was answered is lost.
KILLS ?= 1000
.PHONY: hunt-kills search-kills
hunt-kills:
	@$(MAKE) $(jobs) search-kills BUILD=build/search CC=gcc CFLAGS="-O2 -g" INSTRUMENT=

search-kills: all $(BUILD)/tests/tty/kill_test
	BACKSTEP=$(abspath $(BACKSTEP)) BACKSTEP_KILLS=$(KILLS) $(BUILD)/tests/tty/kill_test

# Unit tests, the fuzz corpus and scripts under Valgrind, which also sees what is read before it was
# written: each for at most VALGRIND_SECONDS of a processor, so that all of it ends. Left out is what
# tries far more than that (random programs, usual mistakes, allocations refused), what reads Markdown
# (that is done in a child whose memory is bounded, where Valgrind does not start), and what needs the 80
# bits of a long double, of which Valgrind has 64.
VALGRIND_SECONDS ?= 60
.PHONY: hunt-valgrind search-valgrind
valgrind := valgrind -q --suppressions=$(CURDIR)/tests/valgrind.supp --error-exitcode=99 --exit-on-first-error=yes \
    --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite
valgrind_slow := %/command_differential_test %/check_mistakes_test %/command_memory_test \
    %/store_journal_test %/store_lesson_file_test %/store_course_test %/check_markdown_test \
    %/check_formulas_test %/check_notes_test %/check_width_test %/store_memory_test %/engine_maths_test
valgrind_unit = $(filter-out $(valgrind_slow),$(UNIT))
valgrind_scripts := $(wildcard tests/export/*.bs)
hunt-valgrind: setup-bench
	@$(MAKE) $(jobs) all tests BUILD=build/search CC=gcc CFLAGS="-O1 -g" INSTRUMENT=
	@$(MAKE) $(jobs) -k search-valgrind BUILD=build/search CC=gcc CFLAGS="-O1 -g" INSTRUMENT=

search-valgrind: $(patsubst %,%.valgrind,$(valgrind_unit) $(REPLAY) $(valgrind_scripts))

# A program and its arguments. (152: its time was up, and until then nothing was found.)
by_valgrind = @mkdir -p $(BUILD)/valgrind; log=$(BUILD)/valgrind/$(*F).log; \
    (ulimit -S -t $(VALGRIND_SECONDS); BACKSTEP=$(abspath $(BACKSTEP)) exec nice $(valgrind) $(1)) >$$log 2>&1; \
    case $$? in \
    0) echo "ok  $(*F)" ;; \
    152) echo "ok  $(*F), as far as it came in $(VALGRIND_SECONDS) s" ;; \
    *) tail -n 40 $$log; echo "FAILED  $(*F): see $$log"; exit 1 ;; \
    esac

$(valgrind_unit:%=%.valgrind): %.valgrind: %
	$(call by_valgrind,$* $(abspath $(BACKSTEP)))

$(REPLAY:%=%.valgrind): %.valgrind: %
	$(call by_valgrind,$* tests/fuzz/corpus/$(*F))

$(valgrind_scripts:%=%.valgrind): %.valgrind: $(BACKSTEP)
	$(call by_valgrind,$(BACKSTEP) $*)

# The same with a sanitizer that looks for memory which nothing points to at the end.
LEAKS_SAMPLE ?= 40
.PHONY: hunt-leaks search-leaks
hunt-leaks:
	@$(MAKE) $(jobs) build/search/tests/memory/faults BUILD=build/search CC=gcc CFLAGS="-O2 -g" INSTRUMENT=
	@$(MAKE) $(jobs) search-leaks BUILD=build/leaks CC=gcc CFLAGS="-O1 -g" INSTRUMENT=-fsanitize=leak \
	    INJECT=build/leaks/obj/tests/memory/inject.o

search-leaks: all
	build/search/tests/memory/faults $(BACKSTEP) $(BACKSTEP) tests/memory/scenarios.txt --leaks \
	    --sample $(LEAKS_SAMPLE) -v

# What is new goes into a folder beside the target, and so does an input that breaks it. (Reading in all
# that was found before takes time too; so much may be needed for it.)
FUZZ_READING := 300
%.hunt: % $(BUILD)/words.dict
	@mkdir -p $*.found
	@timeout $$(($(FUZZ_SECONDS) + $(FUZZ_READING))) $* -max_total_time=$(FUZZ_SECONDS) -timeout=10 \
	    -dict=$(BUILD)/words.dict -artifact_prefix=$*. $*.found tests/fuzz/corpus/$(*F) >$*.log 2>&1 || \
	    { tail -n 40 $*.log; echo "FAILED        $(*F): see $*.log"; \
	      sed -n 's/.*Test unit written to /              the input: /p' $*.log; exit 1; }
	@sed -n 's/^#\([0-9]*\).*DONE.*/ok  \1 inputs, $(*F)/p' $*.log

bench-quick: setup-count ## Count the instructions of fixed scripts, and of lines beside a million nodes
	@$(MAKE) -s $(jobs) all
	@BACKSTEP=$(abspath $(BACKSTEP)) bench/instructions.sh
	@BACKSTEP=$(abspath $(BACKSTEP)) bench/beside.sh

bench: setup-bench ## Measure: speed, start-up, memory; beside lua, bc, C, ADOL-C, PyTorch and numpy in one table
	@$(MAKE) -s $(jobs) all $(BENCH)
	@$(CC) -O3 -std=c17 $(posix) bench/peers/moons.c -o $(BUILD)/bench/moons -lm
	@$(CXX) -O3 bench/peers/moons_adolc.cpp -o $(BUILD)/bench/moons_adolc -ladolc || true
	@BACKSTEP=$(BACKSTEP) /usr/bin/python3 bench/table.py $(BUILD)/bench
	@for script in $(filter-out %/instructions.sh,$(wildcard bench/*.sh)); do \
	    BACKSTEP=$(BACKSTEP) BENCH=$(BUILD)/bench $$script || exit 1; done

# What only building needs: pages of docs/ from tables of the sources, lessons as a page reads them.
below_records := base
below_pack    := store $(below_store)
below_manual  := base
$(BUILD)/tools/%: $(BUILD)/obj/tools/%.o $$(call library,$$(below_$$*))
	$(call show,link,$@)
	$(call link,$(call libs,$*))

$(MAN:%=$(BUILD)/man/%): $(BUILD)/man/%: $(BUILD)/tools/manual
	$(call show,write,$@)
	$(Q)$(RUN) $< $* > $@

$(shell_pages): $(BUILD)/completions/%: $(BUILD)/tools/manual $(LESSONS)
	$(call show,write,$@)
	$(Q)$(RUN) $< $* $(lesson_ids) > $@

$(BUILD)/play/lessons.txt: $(BUILD)/tools/pack $(wildcard lessons/*.md)
	$(call show,pack,$@)
	$(Q)$(RUN) $< $(filter %.md,$^) > $@

docs: all $(BUILD)/tools/records ## Write docs/records.md and draw the players of docs/gallery/ anew
	@$(BUILD)/tools/records > docs/records.md
	@tools/questions lessons > docs/questions.md
	@cd docs/gallery && for script in *.bs; do $(abspath $(BACKSTEP)) $$script || exit 1; done

fmt: ## Lay out the sources as .clang-format says
	@clang-format -i $(wildcard src/*/*/*.[ch] tests/*/*.[ch] bench/*.[ch])

# ---- Installing ---------------------------------------------------------------------------------
# The tree can be moved: the program finds its helpers, lessons and data from where it is itself.
bin     = $(DESTDIR)$(PREFIX)/bin
libexec = $(DESTDIR)$(PREFIX)/libexec/backstep
share   = $(DESTDIR)$(PREFIX)/share
jupyter = $(share)/jupyter
kept    = $(share)/backstep
doc     = $(share)/doc/backstep
completions = bash-completion/completions/backstep zsh/vendor-completions/_backstep \
    fish/vendor_completions.d/backstep.fish

# put MODE,FILES,FOLDER[,NAME]: the folder is made where it is missing. (BSD's install has no -D and -t.)
put = mkdir -p "$(3)" && install -m $(1) $(2) "$(3)$(4:%=/%)"

install: all ## Install under PREFIX=/usr/local (packagers: DESTDIR=)
	$(call put,755,$(BACKSTEP),$(bin))
	$(call put,755,$(HELPERS:%=$(BACKSTEP)-%),$(libexec))
	$(if $(wildcard $(JUPYTER)),$(call put,755,$(JUPYTER),$(libexec)) && \
	    $(JUPYTER) --install "$(jupyter)" "$(PREFIX)/libexec/backstep/backstep-jupyter")
	$(call put,644,$(LESSONS),$(kept)/lessons)
	$(call put,644,$(DATA),$(kept)/data)
	$(call put,644,$(PYTHON),$(kept)/python)
	$(call put,644,README.md LICENSE,$(doc))
	$(call put,644,$(wildcard docs/*.md docs/*.png),$(doc)/docs)
	$(call put,644,$(wildcard docs/gallery/*),$(doc)/docs/gallery)
	ln -sfn ../../backstep/lessons ../../backstep/data "$(doc)"
	$(call put,644,$(BUILD)/man/backstep.1,$(share)/man/man1)
	$(call put,644,$(BUILD)/man/backstep-lesson.5,$(share)/man/man5)
	$(call put,644,$(BUILD)/completions/bash,$(share)/bash-completion/completions,backstep)
	$(call put,644,$(BUILD)/completions/zsh,$(share)/zsh/vendor-completions,_backstep)
	$(call put,644,$(BUILD)/completions/fish,$(share)/fish/vendor_completions.d,backstep.fish)

uninstall: ## Remove what install put there
	rm -rf "$(bin)/backstep" "$(libexec)" "$(kept)" "$(doc)" "$(share)/man/man1/backstep.1" \
	    "$(share)/man/man5/backstep-lesson.5" $(completions:%="$(share)/%") \
	    "$(jupyter)/kernels/backstep"

# One folder to unpack anywhere, such as a home folder: bin/backstep in it finds the rest.
package := backstep-$(VERSION)
archive := $(BUILD)/$(package)-$(shell uname -m).tar.gz
tarball: DESTDIR = $(abspath $(BUILD))/tarball
tarball: PREFIX = /$(package)
tarball: JUPYTER =
tarball: install ## Pack what is installed into build/backstep-VERSION-MACHINE.tar.gz
	@tar -C $(BUILD)/tarball --owner=0 --group=0 -czf $(archive) $(package)
	@rm -rf $(BUILD)/tarball
	@echo "wrote $(archive)"

deb: setup-deb ## Build a Debian package, into build/
	@COMMIT=$(COMMIT) tools/deb $(BUILD) $(VERSION)

check-deb: deb ## Build the Debian package, and try it
	@tools/count "tests/packages/deb.sh $(wildcard $(BUILD)/backstep_$(VERSION)_*.deb)"

clean: ## Remove all that was built
	rm -rf $(BUILD)

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' Makefile | \
	    while IFS='|' read -r target what; do printf '  %-12s %s\n' "$$target" "$$what"; done
