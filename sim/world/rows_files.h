// Rows of open files: descriptors, epoll instances, descriptors on their way.
// See rows_user.h for what Field and Skip mean.
#ifndef BINDERY_SIM_WORLD_ROWS_FILES_H_
#define BINDERY_SIM_WORLD_ROWS_FILES_H_

#include <cstdint>

#include "sim/world/id.h"
#include "sim/world/list.h"
#include "sim/world/symmetry.h"

namespace bindery::sim {

// Mode bits of an open file: FMODE_READ, FMODE_WRITE.
inline constexpr uint8_t kMayReadFile = 1;
inline constexpr uint8_t kMayWriteFile = 2;

// What is in a pipe (pipe_inode_info) or in a file in memory (memfd).
struct alignas(8) ContentsRow {
  static constexpr TableId kTable = TableId::kContents;
  static constexpr char kName[] = "contents";

  BlobId bytes;      // of a pipe: not yet read
  uint32_t readers;  // open files that may read it
  uint32_t writers;  // open files that may write it
  uint8_t is_pipe;   // else it has places

  template <typename V>
  static void Fields(V& v) {
    v.Field("bytes", &ContentsRow::bytes);
    v.Field("readers", &ContentsRow::readers);
    v.Field("writers", &ContentsRow::writers);
    v.Field("is_pipe", &ContentsRow::is_pipe);
  }
};

// What an open file of the bpf subsystem is.
enum class BpfKind : uint8_t { kNone, kMap, kProgram };

// An open file description.
struct alignas(8) FileRow {
  static constexpr TableId kTable = TableId::kFile;
  static constexpr char kName[] = "file";

  uint32_t name;     // scenario's number of a file that is no device, from 1
  ProcId proc;       // private data of an open device
  uint32_t count;    // descriptors, mappings, fixups, messages, calls that hold
                     // it
  uint8_t nonblock;  // O_NONBLOCK
  uint8_t bpf;       // BpfKind
  uint8_t mode;      // of what has contents: kMayReadFile, kMayWriteFile
  uint32_t opener;   // index of the process whose creds it has; 0: the agent's
  Link f_task_work;  // task.task_works: released on the way to user space
  EventPollId eventpoll;  // private data of an epoll instance
  InodeId inode;          // of what is in a binderfs
  MountId mnt;            // through which it was opened
  ContentsId contents;    // of a pipe or a memfd
  uint32_t pos;           // f_pos, in bytes

  template <typename V>
  static void Fields(V& v) {
    v.Field("name", &FileRow::name);
    v.Field("proc", &FileRow::proc);
    v.Field("count", &FileRow::count);
    v.Field("nonblock", &FileRow::nonblock);
    v.Field("bpf", &FileRow::bpf);
    v.Field("opener", &FileRow::opener, Meaning::kProcess);
    v.Field("f_task_work", &FileRow::f_task_work);
    v.Field("eventpoll", &FileRow::eventpoll);
    v.Field("inode", &FileRow::inode);
    v.Field("mnt", &FileRow::mnt);
    v.Field("mode", &FileRow::mode);
    v.Field("contents", &FileRow::contents);
    v.Field("pos", &FileRow::pos);
  }
};

// One descriptor of a process.
struct alignas(8) FdRow {
  static constexpr TableId kTable = TableId::kFd;
  static constexpr char kName[] = "fd";

  ProcessId process;
  uint32_t number;
  FileId file;      // none: reserved, not yet installed
  uint8_t cloexec;  // FD_CLOEXEC
  Link entry;       // process.fds

  template <typename V>
  static void Fields(V& v) {
    v.Field("process", &FdRow::process);
    v.Field("number", &FdRow::number);
    v.Field("file", &FdRow::file);
    v.Field("cloexec", &FdRow::cloexec);
    v.Field("entry", &FdRow::entry);
  }
};

// struct eventpoll: an epoll instance. Its lists are short chains.
struct alignas(8) EventPollRow {
  static constexpr TableId kTable = TableId::kEventPoll;
  static constexpr char kName[] = "eventpoll";

  EpItemId rdllist;  // the first item that may be ready
  TaskId wq;         // who waited first; then frame.w of its epoll_wait()

  template <typename V>
  static void Fields(V& v) {
    v.Field("rdllist", &EventPollRow::rdllist);
    v.Field("wq", &EventPollRow::wq);
  }
};

// struct epitem with its struct eppoll_entry: a descriptor that an epoll
// instance watches. It does not hold the file, which takes it along when it is
// released.
struct alignas(8) EpItemRow {
  static constexpr TableId kTable = TableId::kEpItem;
  static constexpr char kName[] = "epitem";

  EventPollId ep;
  FileId file;       // together with `fd` what it is found by
  uint32_t fd;       // the number under which the file was added
  uint32_t events;   // EPOLL* bits asked for
  ThreadId whead;    // whose wait queue it is on; none: on nobody's any more
  EpItemId next;     // behind it on that queue
  EpItemId rdllink;  // behind it on ep.rdllist
  uint8_t ready;     // on ep.rdllist

  template <typename V>
  static void Fields(V& v) {
    v.Field("ep", &EpItemRow::ep);
    v.Field("file", &EpItemRow::file);
    v.Field("fd", &EpItemRow::fd);
    v.Field("events", &EpItemRow::events);
    v.Field("whead", &EpItemRow::whead);
    v.Field("next", &EpItemRow::next);
    v.Field("rdllink", &EpItemRow::rdllink);
    v.Field("ready", &EpItemRow::ready);
  }
};

// A descriptor in a message of a socket (SCM_RIGHTS), not yet received.
struct alignas(8) InFlightRow {
  static constexpr TableId kTable = TableId::kInFlight;
  static constexpr char kName[] = "in_flight";

  ProcessId to;
  FileId file;
  InFlightId next;  // sent behind it

  template <typename V>
  static void Fields(V& v) {
    v.Field("to", &InFlightRow::to);
    v.Field("file", &InFlightRow::file);
    v.Field("next", &InFlightRow::next);
  }
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_ROWS_FILES_H_
