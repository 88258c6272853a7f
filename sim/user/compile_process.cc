// What a process declares: nodes, names, files, its device, threads, handlers.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sim/kernel/nice.h"
#include "sim/user/compiler.h"
#include "sim/user/growing_scenario.h"
#include "sim/user/payload.h"

namespace bindery::sim {
namespace {

constexpr uint64_t kPage = 4096;
// What libbinder maps: 1 MiB less two pages.
constexpr uint64_t kDefaultMapping = (1u << 20) - 2 * kPage;

const char* NameOf(VariableKind kind) {
  switch (kind) {
    case VariableKind::kFd:
      return "descriptor";
    case VariableKind::kHandle:
      return "handle";
    case VariableKind::kBuffer:
      return "buffer";
    case VariableKind::kFlag:
      break;
  }
  return "flag";
}

}  // namespace

void Compiler::Process(const Cursor<proto::Process>& process) {
  scope_ = Scope{};
  scope_.index = process_number_.at(process->name());
  ProcessSpec& spec = out_.processes[scope_.index - 1];
  spec.uid = process->uid();
  spec.security_context = process->security_context();
  if (process->limits().has_nofile()) spec.nofile = process->limits().nofile();
  if (process->limits().nice() > 40) {
    errors_.Add(process.Sub(process->limits(), "limits").At("nice"),
                "RLIMIT_NICE is at most 40, which allows nice values of -20 "
                "and above");
  }
  spec.rlimit_nice = static_cast<uint8_t>(process->limits().nice());
  // Even 0 is out of reach, and becomes something else.
  if (spec.uid != 0 && spec.rlimit_nice != 0) out_.nice = true;
  spec.code.begin = static_cast<uint32_t>(out_.code.size());
  spec.commands.begin = static_cast<uint32_t>(out_.commands.size());
  Inherit(process);
  OwnNamespaces(process);
  ServiceManagerIsPure(process);
  Nodes(process);
  DeclareNames(process);
  Files(process);
  Attach(process);
  Threads(process);
  spec.code.count = static_cast<uint32_t>(out_.code.size()) - spec.code.begin;
  spec.commands.count =
      static_cast<uint32_t>(out_.commands.size()) - spec.commands.begin;
  scopes_.resize(out_.processes.size());
  scopes_[scope_.index - 1] = scope_;
}

void Compiler::DeclareLater(const LaterNames& names) {
  for (const std::string& name : names.mountpoints) Mountpoint(name, Place{});
  for (Scope& scope : scopes_) {
    scope_ = scope;
    for (const std::string& fd : names.fds) {
      Declare(fd, VariableKind::kFd, Place{});
    }
    scope = scope_;
  }
}

uint32_t Compiler::LaterStep(int process, int thread, const StepCursor& step) {
  scope_ = scopes_[static_cast<size_t>(process)];
  memory_part_ = MemoryOfThread(static_cast<uint32_t>(thread));
  const uint32_t entry = static_cast<uint32_t>(out_.code.size());
  Step(step, Context());
  Signals();
  Emit(OpCode::kEnd, step.place());
  return entry;
}

void Compiler::ServiceManagerIsPure(const Cursor<proto::Process>& process) {
  if (process->thread_size() == 0) {
    errors_.Add(process.place(),
                absl::StrCat("process \"", process->name(),
                             "\" has no thread; it could do nothing; add "
                             "thread { name: \"main\" ... }"));
  }
  if (!process->has_service_manager()) return;
  errors_.Add(process.At("service_manager"),
              "a service manager's threads are made for it; this process has "
              "threads of its own; put them into another process, or write "
              "the manager as handlers with attach { context_manager: true }");
}

void Compiler::Nodes(const Cursor<proto::Process>& process) {
  std::set<uint64_t> pointers;
  for (int i = 0; i < process->node_size(); ++i) {
    const auto node = process.Sub(process->node(i), "node", i);
    GoodName(node->name(), "node", node.place());
    NodeSpec spec;
    spec.ptr = node->has_ptr() ? node->ptr() : 0x1000u * (uint64_t{1} + i);
    spec.cookie = node->has_cookie() ? node->cookie() : spec.ptr + 1;
    spec.flags = node->flags();
    if (!scope_.nodes.emplace(node->name(), spec).second) {
      errors_.Add(node.At("name"),
                  absl::StrCat("this process has a node \"", node->name(),
                               "\" already; choose another name"));
    }
    if (!pointers.insert(spec.ptr).second) {
      errors_.Add(node.place(),
                  absl::StrCat("two nodes of this process have ptr ", spec.ptr,
                               "; the driver would take them for one; give "
                               "one of them another ptr"));
    }
  }
}

uint32_t Compiler::Declare(const std::string& name, VariableKind kind,
                           Place place) {
  std::vector<VariableSpec>& variables =
      out_.processes[scope_.index - 1].variables;
  const auto [at, fresh] = scope_.variables.emplace(
      name, static_cast<uint32_t>(variables.size()) + 1);
  if (fresh) {
    variables.push_back({name, kind});
  } else if (variables[at->second - 1].kind != kind) {
    errors_.Add(place, absl::StrCat("\"", name, "\" names a ",
                                    NameOf(variables[at->second - 1].kind),
                                    " of this process elsewhere, and a ",
                                    NameOf(kind), " here; choose two names"));
  }
  return at->second;
}

void Compiler::DeclareBind(const Cursor<proto::Bind>& bind) {
  if (bind->name().empty()) {
    errors_.Add(bind.place(), "the bind has no name; add name: \"...\"");
    return;
  }
  Declare(bind->name(), KindOf(*bind), bind.At("name"));
}

void Compiler::DeclareStep(const StepCursor& step) {
  for (int i = 0; i < step->expect_size(); ++i) {
    const auto outcome = step.Sub(step->expect(i), "expect", i);
    if (outcome->has_parcel()) {
      DeclareParcel(outcome.Sub(outcome->parcel(), "parcel"));
    }
    for (int j = 0; j < outcome->returns_size(); ++j) {
      const auto word = outcome.Sub(outcome->returns(j), "returns", j);
      for (int k = 0; k < word->bind_size(); ++k) {
        DeclareBind(word.Sub(word->bind(k), "bind", k));
      }
    }
  }
  if (step->has_open()) {
    const auto open = step.Sub(step->open(), "open");
    const std::string name = open->fd().empty() ? "binder_fd" : open->fd();
    const uint32_t fd = Declare(name, VariableKind::kFd, open.At("fd"));
    if (open->nonblock()) scope_.nonblock.insert(fd);
  } else if (step->has_call()) {
    const auto call = step.Sub(step->call(), "call");
    for (int i = 0; i < call->bind_size(); ++i) {
      DeclareBind(call.Sub(call->bind(i), "bind", i));
    }
  } else if (!step->has_repeat()) {
    DeclareFileStep(step);
  } else {
    const auto repeat = step.Sub(step->repeat(), "repeat");
    for (int i = 0; i < repeat->step_size(); ++i) {
      DeclareStep(repeat.Sub(repeat->step(i), "step", i));
    }
  }
}

void Compiler::DeclareNames(const Cursor<proto::Process>& process) {
  const auto handler = [&](const Cursor<proto::Handler>& on) {
    for (int i = 0; i < on->bind_size(); ++i) {
      DeclareBind(on.Sub(on->bind(i), "bind", i));
    }
    if (on->has_parcel()) DeclareParcel(on.Sub(on->parcel(), "parcel"));
    for (int i = 0; i < on->step_size(); ++i) {
      DeclareStep(on.Sub(on->step(i), "step", i));
    }
  };
  for (int i = 0; i < process->thread_size(); ++i) {
    const auto thread = process.Sub(process->thread(i), "thread", i);
    for (int j = 0; j < thread->step_size(); ++j) {
      DeclareStep(thread.Sub(thread->step(j), "step", j));
    }
    for (int j = 0; j < thread->on_size(); ++j) {
      handler(thread.Sub(thread->on(j), "on", j));
    }
  }
  for (int i = 0; i < process->on_size(); ++i) {
    handler(process.Sub(process->on(i), "on", i));
  }
}

void Compiler::Files(const Cursor<proto::Process>& process) {
  ProcessSpec& spec = out_.processes[scope_.index - 1];
  std::set<uint32_t> numbers;
  std::vector<size_t> unnumbered;
  for (int i = 0; i < process->file_size(); ++i) {
    const auto file = process.Sub(process->file(i), "file", i);
    if (!GoodName(file->name(), "file", file.place())) continue;
    auto& names = out_.file_names;
    auto at = std::find(names.begin(), names.end(), file->name());
    if (at == names.end()) at = names.insert(at, file->name());
    FileSpec made;
    made.name = static_cast<uint32_t>(at - names.begin()) + 1;
    made.fd_variable =
        Declare(file->name(), VariableKind::kFd, file.At("name"));
    made.fd = file->fd();
    if (!file->has_fd()) unnumbered.push_back(spec.files.size());
    if (file->has_fd() && !numbers.insert(file->fd()).second) {
      errors_.Add(file.At("fd"), absl::StrCat("descriptor ", file->fd(),
                                              " is taken by another file of "
                                              "this process"));
    }
    if (file->has_fd() && file->fd() >= spec.nofile) {
      errors_.Add(
          file.At("fd"),
          absl::StrCat("descriptor ", file->fd(),
                       " is not below limits.nofile, which is ", spec.nofile));
    }
    spec.files.push_back(made);
  }
  // Files without a number get what is left, lowest first.
  uint32_t next = 0;
  for (const size_t index : unnumbered) {
    while (!numbers.insert(next).second) ++next;
    spec.files[index].fd = next;
  }
  const size_t needed = spec.files.size() + (process->has_attach() ? 1 : 0);
  if (needed > spec.nofile) {
    errors_.Add(process.At("limits"),
                absl::StrCat("limits.nofile is ", spec.nofile, ", but ", needed,
                             " files are open at the start"));
  }
}

void Compiler::Attach(const Cursor<proto::Process>& process) {
  ProcessSpec& spec = out_.processes[scope_.index - 1];
  const auto found = scope_.variables.find("binder_fd");
  if (found != scope_.variables.end()) scope_.default_fd = found->second;
  if (!process->has_attach()) return;
  const auto attach = process.Sub(process->attach(), "attach");
  AttachSpec& made = spec.attach;
  made.present = true;
  made.device = DeviceNumber(attach->device(), attach.At("device"));
  made.fd_variable = Declare(attach->fd().empty() ? "binder_fd" : attach->fd(),
                             VariableKind::kFd, attach.At("fd"));
  made.mmap_size =
      attach->has_mmap_size() ? attach->mmap_size() : kDefaultMapping;
  if (made.mmap_size % kPage != 0) {
    errors_.Add(attach.At("mmap_size"),
                absl::StrCat("mmap_size is ", made.mmap_size,
                             ", which is no multiple of 4096, the page size"));
  }
  made.nonblock = attach->nonblock();
  made.max_threads = attach->max_threads();
  made.context_manager = attach->context_manager();
  if (!attach->manager_node().empty()) {
    made.context_manager = true;
    made.manager_node = ManagerNode(attach);
  }
  if (made.nonblock) scope_.nonblock.insert(made.fd_variable);
  scope_.default_fd = made.fd_variable;
}

void Compiler::Threads(const Cursor<proto::Process>& process) {
  const uint32_t first = static_cast<uint32_t>(out_.tasks.size());
  std::vector<uint32_t> shared;
  for (int i = 0; i < process->on_size(); ++i) {
    shared.push_back(Handler(process.Sub(process->on(i), "on", i)));
  }
  std::set<std::string> names;
  for (int i = 0; i < process->thread_size(); ++i) {
    const auto thread = process.Sub(process->thread(i), "thread", i);
    if (GoodName(thread->name(), "thread", thread.place()) &&
        !names.insert(thread->name()).second) {
      errors_.Add(thread.At("name"),
                  absl::StrCat("this process has a thread \"", thread->name(),
                               "\" already; choose another name"));
    }
    TaskSpec task;
    task.name = thread->name();
    task.full_name = absl::StrCat(process->name(), ".", thread->name());
    task.process = scope_.index;
    task.pool = thread->pool();
    task.unhandled = thread->unhandled();
    task.nice = thread->has_nice() ? Nice(thread->nice(), thread.At("nice"))
                                   : Nice(process->nice(), process.At("nice"));
    task.starts =
        !task.pool && out_.processes[scope_.index - 1].forked_from == 0;
    std::vector<uint32_t> list;
    for (int j = 0; j < thread->on_size(); ++j) {
      list.push_back(Handler(thread.Sub(thread->on(j), "on", j)));
    }
    list.insert(list.end(), shared.begin(), shared.end());
    task.handlers = {static_cast<uint32_t>(out_.handler_lists.size()),
                     static_cast<uint32_t>(list.size())};
    out_.handler_lists.insert(out_.handler_lists.end(), list.begin(),
                              list.end());
    CheckStyle(thread);
    ThreadCode(thread, static_cast<uint32_t>(i), &task);
    out_.tasks.push_back(task);
    task_number_.emplace(task.full_name,
                         static_cast<uint32_t>(out_.tasks.size()));
  }
  out_.processes[scope_.index - 1].tasks = {
      first, static_cast<uint32_t>(out_.tasks.size()) - first};
}

int8_t Compiler::Nice(int32_t nice, Place place) {
  if (nice < kLeastNice || nice > kMostNice) {
    errors_.Add(place, absl::StrCat("nice is ", nice,
                                    "; nice values are from -20 to 19"));
  }
  if (nice != 0) out_.nice = true;
  return static_cast<int8_t>(nice);
}

namespace {

// Which styles of talking to the driver a thread uses.
struct Style {
  bool serves = false;  // reads by itself and runs handlers
  bool reads = false;   // write_read with a read buffer
};

template <typename M>
void AddStyle(const Cursor<M>& parent, Style* style) {
  for (int i = 0; i < parent->step_size(); ++i) {
    const auto step = parent.Sub(parent->step(i), "step", i);
    style->serves |= step->has_call() || step->has_serve();
    style->reads |= step->has_write_read() && step->write_read().read_size();
    if (step->has_repeat()) {
      AddStyle(step.Sub(step->repeat(), "repeat"), style);
    }
  }
}

}  // namespace

void Compiler::CheckStyle(const Cursor<proto::Thread>& thread) {
  Style style;
  AddStyle(thread, &style);
  if (style.serves && style.reads) {
    errors_.Add(thread.place(),
                absl::StrCat("thread \"", thread->name(),
                             "\" mixes call or serve, which read and handle "
                             "by themselves, with a write_read that reads; "
                             "each would miss words that the other takes; use "
                             "two threads, or write_read only"));
  }
  if (!style.serves && thread->on_size() != 0) {
    errors_.Add(thread.At("on", 0),
                absl::StrCat("thread \"", thread->name(),
                             "\" has a handler but neither serves nor calls, "
                             "so the handler would never run; add serve {}"));
  }
}

void Compiler::ThreadCode(const Cursor<proto::Thread>& thread, uint32_t number,
                          TaskSpec* task) {
  task->entry = static_cast<uint32_t>(out_.code.size());
  memory_part_ = MemoryOfThread(number);
  if (thread->pool() || out_.processes[scope_.index - 1].forked_from != 0) {
    Emit(OpCode::kStart, thread.place());
  }
  Context context;
  context.pool = thread->pool();
  Steps(thread, context);
  if (scope_.default_fd != 0) {
    Emit(OpCode::kEndFlush, thread.place()).a = scope_.default_fd;
  }
  Emit(OpCode::kEnd, thread.place());
}

void Compiler::HandlerFilters(const Cursor<proto::Handler>& handler,
                              HandlerSpec* spec) {
  const bool transaction = handler->br() == proto::BR_TRANSACTION;
  spec->has_code = handler->has_code();
  spec->code = handler->code();
  if (!handler->node().empty()) {
    const NodeSpec* node = FindNode(handler->node(), handler.At("node"));
    spec->has_ptr = true;
    if (node != nullptr) spec->ptr = node->ptr;
  }
  spec->has_text = handler->has_text();
  if (spec->has_text) spec->text = EncodeText(handler->text());
  spec->has_cookie = handler->has_cookie();
  spec->cookie = handler->cookie();
  NameFilters(handler, spec);
  spec->has_uid = handler->has_uid();
  spec->uid = handler->uid();
  spec->has_security_context = handler->has_security_context();
  spec->security_context = handler->security_context();
  if (handler->has_is_frozen() && handler->br() != proto::BR_FROZEN_BINDER) {
    errors_.Add(handler.At("is_frozen"),
                "is_frozen needs br: BR_FROZEN_BINDER; no other word says "
                "whether a process is frozen");
  }
  if (transaction) return;
  if (spec->has_code || spec->has_text || handler->has_parcel() ||
      handler->bind_size() != 0 || handler->keep_buffer() || spec->has_uid ||
      spec->has_security_context) {
    errors_.Add(handler.place(),
                "only a transaction has a code, a payload, a buffer and a "
                "sender; code, text, parcel, bind, keep_buffer, uid and "
                "security_context need br: BR_TRANSACTION");
  }
  if (handler->has_is_frozen()) {
    spec->has_code = true;
    spec->code = handler->is_frozen() ? 1 : 0;
  }
}

void Compiler::IgnoringHandler(proto::Br br) {
  HandlerSpec spec;
  spec.br = static_cast<uint32_t>(br);
  spec.entry = static_cast<uint32_t>(out_.code.size());
  const uint32_t index = static_cast<uint32_t>(out_.handlers.size());
  out_.handlers.push_back(spec);
  Emit(OpCode::kHandlerEnd, Place{}).a = index;
  Emit(OpCode::kWait, Place{});
  Emit(OpCode::kHandlerPop, Place{}).a = index;
}

uint32_t Compiler::Handler(const Cursor<proto::Handler>& handler) {
  HandlerSpec spec;
  spec.br = static_cast<uint32_t>(handler->br());
  spec.place = handler.place();
  spec.keep_buffer = handler->keep_buffer();
  if (handler->br() == proto::BR_ERROR) {
    errors_.Add(handler.place(),
                "the handler does not say for which word it is; add br: "
                "BR_TRANSACTION, BR_DEAD_BINDER, ...");
  }
  if (handler->br() == proto::BR_REPLY || handler->br() == proto::BR_NOOP ||
      handler->br() == proto::BR_SPAWN_LOOPER) {
    errors_.Add(handler.At("br"),
                absl::StrCat(proto::Br_Name(handler->br()),
                             " never reaches a handler; calls take replies, "
                             "and the runtime starts pool threads; remove "
                             "the handler"));
  }
  memory_part_ = kHandlerMemory;
  HandlerFilters(handler, &spec);
  std::vector<BindSpec> names;
  if (handler->has_parcel()) {
    spec.parcel =
        ParcelToRead(handler.Sub(handler->parcel(), "parcel"), &names);
  }
  spec.binds = Binds(handler, names);
  spec.entry = static_cast<uint32_t>(out_.code.size());
  const uint32_t index = static_cast<uint32_t>(out_.handlers.size());
  out_.handlers.push_back(spec);
  Context context;
  context.handler = index;
  context.where = handler->br() == proto::BR_TRANSACTION
                      ? Where::kTransactionHandler
                      : Where::kOtherHandler;
  // As libbinder's sendObituary().
  if (spec.proxy != 0 && handler->br() == proto::BR_DEAD_BINDER) {
    LinkProxy(spec.proxy, Bc::kClearDeathNotification, handler.place());
  }
  Steps(handler, context);
  Emit(OpCode::kHandlerEnd, handler.place()).a = index;
  Emit(OpCode::kWait, handler.place());
  Emit(OpCode::kHandlerPop, handler.place()).a = index;
  return index;
}

}  // namespace bindery::sim
