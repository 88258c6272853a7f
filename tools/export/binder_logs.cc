#include "tools/export/binder_logs.h"

#include <algorithm>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "sim/kernel/print_state.h"
#include "sim/kernel/uapi.h"
#include "tools/export/state_log.h"

namespace bindery::tools {

using sim::AnyId;
using sim::Counted;
using sim::Head;
using sim::ProcId;
using sim::World;

const LogDialect* FindLogDialect(absl::string_view version) {
  for (const LogDialect& dialect : kLogDialects) {
    if (dialect.version == version) return &dialect;
  }
  return nullptr;
}

// ----------------------------------------------------------------- numbers --

namespace {

// Of the first task; those of the kernel's own are below.
constexpr uint32_t kFirstTid = 101;

constexpr int kObject = 0;
constexpr int kNumber = 1;

}  // namespace

uint32_t LogNumbers::Tid(uint32_t actor) const {
  return actor == 0 ? 0 : kFirstTid + actor - 1;
}

uint32_t LogNumbers::Pid(uint32_t process) const {
  if (process == 0) return 0;
  const sim::Range tasks = scenario_.processes[process - 1].tasks;
  if (tasks.count != 0) return Tid(tasks.begin + 1);
  return kFirstTid + static_cast<uint32_t>(scenario_.tasks.size()) + process;
}

uint32_t LogNumbers::PidOfTask(uint32_t actor) const {
  const bool known = actor != 0 && actor <= scenario_.tasks.size();
  return known ? Pid(scenario_.tasks[actor - 1].process) : 0;
}

uint32_t LogNumbers::FindProcess(absl::string_view name) const {
  for (uint32_t i = 1; i <= scenario_.processes.size(); ++i) {
    if (scenario_.processes[i - 1].name == name) return i;
    if (absl::StrCat(Pid(i)) == name) return i;
  }
  return 0;
}

const std::string& LogNumbers::Device(uint32_t device) const {
  return scenario_.devices[device - 1];
}

uint32_t LogNumbers::DebugId(AnyId object) {
  const uint32_t known =
      statistics_ == nullptr ? 0 : statistics_->DebugId(object);
  return known != 0 ? known : Next(kObject, object.value);
}

uint32_t LogNumbers::DebugIdOf(uint32_t debug_id) {
  const uint32_t known =
      statistics_ == nullptr ? 0 : statistics_->DebugIdOf(debug_id);
  return known != 0 ? known : Next(kNumber, debug_id);
}

uint32_t LogNumbers::Next(int kind, uint32_t key) {
  const uint32_t given =
      statistics_ == nullptr ? 0 : statistics_->last_debug_id();
  const auto next = given + static_cast<uint32_t>(debug_ids_.size()) + 1;
  return debug_ids_.try_emplace({kind, key}, next).first->second;
}

// ------------------------------------------------------------------- stats --

namespace {

// print_binder_stats.
std::string WordStats(const sim::WordCounts& words, absl::string_view indent) {
  std::string out;
  const auto append = [&](const char* name, uint32_t count) {
    if (count != 0) absl::StrAppend(&out, indent, name, ": ", count, "\n");
  };
  for (size_t i = 0; i < words.bc.size(); ++i) {
    append(NameOf(static_cast<sim::Bc>(i)), words.bc[i]);
  }
  for (size_t i = 0; i < words.br.size(); ++i) {
    append(NameOf(static_cast<sim::Br>(i)), words.br[i]);
  }
  return out;
}

// By Counted.
constexpr const char* kObjectNames[] = {
    "proc",
    "thread",
    "node",
    "ref",
    "death",
    "transaction",
    "transaction_complete",
    "freeze",
};

std::string ObjectStats(const sim::Statistics& statistics) {
  std::string out;
  for (size_t i = 0; i < std::size(kObjectNames); ++i) {
    const sim::ObjectCounts& count =
        statistics.objects(static_cast<Counted>(i));
    if (count.created == 0 && count.deleted == 0) continue;
    absl::StrAppend(&out, kObjectNames[i], ": active ",
                    count.created - count.deleted, " total ", count.created,
                    "\n");
  }
  return out;
}

// binder_alloc_print_pages.
std::string PageStats(const LogSource& source, ProcId proc) {
  if (source.memory == nullptr) return "";
  const sim::Pages* const pages = source.memory->Find(proc);
  uint32_t counts[3] = {};
  if (pages != nullptr && source.world.Peek(proc).mapped != 0) {
    for (size_t i = 0; i < pages->size(); ++i) {
      ++counts[static_cast<size_t>(pages->state(i))];
    }
  }
  using sim::PageState;
  return absl::StrCat(
      "  pages: ", counts[static_cast<size_t>(PageState::kInUse)], ":",
      counts[static_cast<size_t>(PageState::kOnList)], ":",
      counts[static_cast<size_t>(PageState::kAbsent)],
      "\n  pages high watermark: ", pages == nullptr ? 0 : pages->high(), "\n");
}

std::string RefStats(const World& world, const sim::ProcRow& proc) {
  int64_t strong = 0;
  int64_t weak = 0;
  for (const AnyId id : Members(world, Head::kSet, proc.refs.first)) {
    strong += world.Peek(sim::RefId{id.value}).strong;
    weak += world.Peek(sim::RefId{id.value}).weak;
  }
  return absl::StrCat("  refs: ", proc.refs.size, " s ", strong, " w ", weak,
                      "\n");
}

std::string ProcStats(const LogSource& source, ProcId id) {
  const World& world = source.world;
  const sim::ProcRow& proc = world.Peek(id);
  const std::vector<AnyId> todo =
      Members(world, Head::kProcTodo, proc.todo.first);
  const auto transactions = std::count_if(
      todo.begin(), todo.end(),
      [](AnyId item) { return item.table() == sim::TableId::kTransaction; });
  return absl::StrCat(
      "  threads: ", proc.threads.size,
      "\n  requested threads: ", proc.requested_threads, "+",
      proc.requested_threads_started, "/", proc.max_threads,
      "\n  ready threads ", proc.waiting_threads.size, "\n  free async space ",
      proc.free_async_space, "\n  nodes: ", proc.nodes.size, "\n",
      RefStats(world, proc), "  buffers: ", BuffersOf(world, proc).size(), "\n",
      PageStats(source, id), "  pending transactions: ", transactions, "\n",
      source.statistics == nullptr
          ? ""
          : WordStats(source.statistics->words(id), "  "));
}

std::string StatsLog(const LogSource& source, const LogNumbers& numbers) {
  std::string out = "binder stats:\n";
  if (source.statistics != nullptr) {
    absl::StrAppend(&out, WordStats(source.statistics->words(), ""),
                    ObjectStats(*source.statistics));
  }
  for (const ProcId proc : sim::Procs(source.world)) {
    absl::StrAppend(&out, ProcHead(source.world, numbers, proc),
                    ProcStats(source, proc));
  }
  return out;
}

// ------------------------------------------------- the logs of transactions --

// print_binder_transaction_log_entry.
std::string Entry(const sim::LoggedTransaction& t, const LogNumbers& numbers) {
  const char* const kind = t.reply ? "reply" : t.one_way ? "async" : "call ";
  return absl::StrFormat(
      "%u: %s from %u:%u to %u:%u context %s node %u handle %d size %d:%d ret "
      "%d/%d l=0%s\n",
      t.debug_id, kind, numbers.Pid(t.from_process), numbers.Tid(t.from_actor),
      numbers.Pid(t.to_process), numbers.Tid(t.to_actor),
      numbers.Device(t.context), t.to_node, static_cast<int32_t>(t.handle),
      static_cast<int32_t>(t.data_size), static_cast<int32_t>(t.offsets_size),
      static_cast<int32_t>(t.return_error == 0 ? 0
                                               : ErrorNumber(t.return_error)),
      t.param, t.done ? "" : " (incomplete)");
}

std::string Entries(const sim::TransactionLog& log, const LogNumbers& numbers) {
  std::string out;
  for (const sim::LoggedTransaction& t : log) out += Entry(t, numbers);
  return out;
}

// ------------------------------------------------------------------- files --

// 0: not a file of `proc`, or of nobody who has one.
uint32_t ProcessOfFile(const LogSource& source, const LogNumbers& numbers,
                       absl::string_view name) {
  if (!absl::ConsumePrefix(&name, "proc/") || source.statistics == nullptr) {
    return 0;
  }
  const uint32_t process = numbers.FindProcess(name);
  const std::vector<uint32_t> files = source.statistics->files();
  const bool there =
      std::find(files.begin(), files.end(), process) != files.end();
  return there ? process : 0;
}

bool IsThere(const LogSource& source, const LogDialect& dialect,
             const LogNumbers& numbers, absl::string_view name) {
  const std::vector<std::string> names = LogFiles(source, dialect, numbers);
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::vector<std::string> LogFiles(const LogSource& source,
                                  const LogDialect& dialect,
                                  const LogNumbers& numbers) {
  std::vector<std::string> names = {"state"};
  if (dialect.hashed) names.push_back("state_hashed");
  names.insert(names.end(), {"stats", "transactions"});
  if (dialect.hashed) names.push_back("transactions_hashed");
  if (source.statistics == nullptr) return names;
  names.insert(names.end(), {"transaction_log", "failed_transaction_log"});
  std::vector<uint32_t> pids;
  for (const uint32_t process : source.statistics->files()) {
    pids.push_back(numbers.Pid(process));
  }
  std::sort(pids.begin(), pids.end());
  for (const uint32_t pid : pids) names.push_back(absl::StrCat("proc/", pid));
  return names;
}

absl::StatusOr<std::string> ReadLog(const LogSource& source,
                                    const LogDialect& dialect,
                                    LogNumbers& numbers,
                                    absl::string_view name) {
  StateLog which;
  which.process = ProcessOfFile(source, numbers, name);
  if (which.process == 0 && !IsThere(source, dialect, numbers, name)) {
    return absl::NotFoundError(absl::StrCat(
        name, ": the driver of ", dialect.version, " has no such log; it has ",
        absl::StrJoin(LogFiles(source, dialect, numbers), ", ")));
  }
  if (name == "stats") return StatsLog(source, numbers);
  if (name == "transaction_log") {
    return Entries(source.statistics->transactions(), numbers);
  }
  if (name == "failed_transaction_log") {
    return Entries(source.statistics->failed(), numbers);
  }
  which.all = !absl::StartsWith(name, "transactions");
  which.hashed = absl::EndsWith(name, "_hashed");
  return WriteStateLog(source.world, dialect, numbers, which);
}

std::string AllLogs(const LogSource& source, const LogDialect& dialect,
                    LogNumbers& numbers) {
  std::string all;
  for (const std::string& file : LogFiles(source, dialect, numbers)) {
    absl::StrAppend(&all, all.empty() ? "" : "\n", "==> ", file, " <==\n",
                    *ReadLog(source, dialect, numbers, file));
  }
  return all;
}

}  // namespace bindery::tools
