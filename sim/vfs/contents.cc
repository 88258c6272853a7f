#include "sim/vfs/contents.h"

#include <algorithm>

#include "base/check.h"

namespace bindery::sim {

ContentsId NewContents(World& w, bool is_pipe) {
  const ContentsId id = w.Create<ContentsRow>();
  w.Edit(id).is_pipe = is_pipe ? 1 : 0;
  return id;
}

void OpenContents(World& w, FileId file, ContentsId contents, uint8_t mode) {
  FileRow& row = w.Edit(file);
  BINDERY_CHECK_MSG(!row.contents, "the file has contents already");
  row.contents = contents;
  row.mode = mode;
  ContentsRow& opened = w.Edit(contents);
  if ((mode & kMayReadFile) != 0) ++opened.readers;
  if ((mode & kMayWriteFile) != 0) ++opened.writers;
}

void CloseContents(World& w, FileId file) {
  const FileRow row = w.Get(file);
  ContentsRow& contents = w.Edit(row.contents);
  if ((row.mode & kMayReadFile) != 0) --contents.readers;
  if ((row.mode & kMayWriteFile) != 0) --contents.writers;
  if (contents.readers + contents.writers == 0) w.Free(row.contents);
}

Transfer ReadContents(World& w, FileId file, uint64_t size,
                      std::string* bytes) {
  const FileRow row = w.Get(file);
  const ContentsRow contents = w.Get(row.contents);
  const std::string all(w.blobs().Bytes(contents.bytes));
  const bool pipe = contents.is_pipe != 0;
  if (pipe && all.empty()) {
    const bool ended = size == 0 || contents.writers == 0;
    return ended ? Transfer::kDone : Transfer::kNothingThere;
  }
  const size_t from = pipe ? 0 : std::min<size_t>(row.pos, all.size());
  *bytes = all.substr(from, size);
  if (pipe) {
    w.Edit(row.contents).bytes = w.blobs().Intern(all.substr(bytes->size()));
  } else {
    w.Edit(file).pos += static_cast<uint32_t>(bytes->size());
  }
  return Transfer::kDone;
}

Transfer WriteContents(World& w, FileId file, absl::string_view bytes) {
  if (bytes.empty()) return Transfer::kDone;
  const FileRow row = w.Get(file);
  const ContentsRow contents = w.Get(row.contents);
  std::string all(w.blobs().Bytes(contents.bytes));
  if (contents.is_pipe != 0) {
    if (contents.readers == 0) return Transfer::kNoReader;
    if (all.size() + bytes.size() > kPipeRoom) return Transfer::kFull;
    all.append(bytes.data(), bytes.size());
  } else {
    const size_t end = row.pos + bytes.size();
    if (all.size() < end) all.resize(end, '\0');
    all.replace(row.pos, bytes.size(), bytes.data(), bytes.size());
    w.Edit(file).pos = static_cast<uint32_t>(end);
  }
  w.Edit(row.contents).bytes = w.blobs().Intern(all);
  return Transfer::kDone;
}

}  // namespace bindery::sim
