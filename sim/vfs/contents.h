// What is in pipes and in files in memory, as far as it takes to tell what a
// passed descriptor means.
//
// Models do_pipe_flags, memfd_create, pipe_read, pipe_write (with O_NONBLOCK),
// shmem's read and write, lseek with SEEK_SET, and the end of each.
//
// Invariants
//  C1 Contents live as long as a file of them is open. A pipe counts its files
//     that may read and those that may write: without a writer its end can be
//     read, without a reader nothing can be written (E43).
//  C2 The place is the open file's: descriptors that were duplicated, inherited
//     or sent have one, a file that was opened again has another.
//
// Not modelled: waiting for a pipe, so both ends are O_NONBLOCK; SIGPIPE, which
// is ignored; a pipe that is full; holes, seals and sizes of a memfd.
#ifndef BINDERY_SIM_VFS_CONTENTS_H_
#define BINDERY_SIM_VFS_CONTENTS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "sim/world/world.h"

namespace bindery::sim {

// New ones, which no file has yet.
ContentsId NewContents(World& w, bool is_pipe);
// A file that has none becomes one of them. `mode`: kMayReadFile and so on.
void OpenContents(World& w, FileId file, ContentsId contents, uint8_t mode);
// The file is released. REQUIRES: it is one of them.
void CloseContents(World& w, FileId file);

// Of what a pipe holds unless somebody has read it, the model knows this much.
inline constexpr uint32_t kPipeRoom = 4096;

// How a read or a write went.
enum class Transfer : uint8_t {
  kDone,
  kNothingThere,  // EAGAIN
  kNoReader,      // EPIPE
  kFull,          // the model does not know whether it fits
};

// At most `size` bytes from where the file is. REQUIRES: it may be read.
Transfer ReadContents(World& w, FileId file, uint64_t size, std::string* bytes);
// REQUIRES: it may be written.
Transfer WriteContents(World& w, FileId file, absl::string_view bytes);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_VFS_CONTENTS_H_
