#include "tools/agent/bpf.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

// Actors are forked, so that what lies here is theirs, too.
static union bpf_attr g_map = {
    .map_type = BPF_MAP_TYPE_ARRAY,
    .key_size = 4,
    .value_size = 4,
    .max_entries = 1,
};

static struct bpf_insn g_returns_nothing[] = {
    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
    {.code = BPF_JMP | BPF_EXIT},
};

static union bpf_attr g_program;

static void Fill(int command, union bpf_attr* attributes,
                 uint64_t arguments[6]) {
  arguments[0] = (uint64_t)command;
  arguments[1] = (uintptr_t)attributes;
  arguments[2] = sizeof(*attributes);
}

void FillBpfMap(uint64_t arguments[6]) {
  Fill(BPF_MAP_CREATE, &g_map, arguments);
}

void FillBpfProgram(uint64_t arguments[6]) {
  g_program.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
  g_program.insns = (uintptr_t)g_returns_nothing;
  g_program.insn_cnt = sizeof(g_returns_nothing) / sizeof(g_returns_nothing[0]);
  g_program.license = (uintptr_t) "";
  Fill(BPF_PROG_LOAD, &g_program, arguments);
}

int TryBpf(void) {
  const long fd = syscall(SYS_bpf, BPF_MAP_CREATE, &g_map, sizeof(g_map));
  if (fd < 0) return errno;
  close((int)fd);
  return 0;
}
