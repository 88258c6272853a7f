// Invariants of files and descriptors.
#include "absl/strings/str_cat.h"
#include "sim/invariants/invariants.h"

namespace bindery::sim {
namespace {

template <typename Row>
uint32_t CountHolders(const World& w, FileId file) {
  uint32_t count = 0;
  w.ForEachHolder(&Row::file, file, [&](Id<Row>, const Row&) { ++count; });
  return count;
}

}  // namespace

void CheckFile(const World& w, FileId id, Findings* f) {
  const FileRow& file = w.Peek(id);
  const uint32_t rows = f->sums() != nullptr
                            ? f->sums()->holders(id)
                            : CountHolders<FdRow>(w, id) +
                                  CountHolders<FixupRow>(w, id) +
                                  CountHolders<InFlightRow>(w, id) +
                                  CountHolders<FrameRow>(w, id);
  const bool mapped = file.proc && w.Peek(file.proc).mapped != 0;
  const uint32_t holders = rows + (mapped ? 1 : 0);
  f->Expect(file.count == holders, "E43", id.any(), [&] {
    return absl::StrCat("its count is ", file.count, ", but ", holders,
                        " things hold it");
  });
  f->Expect(file.count != 0 || file.f_task_work.linked(), "E43", id.any(),
            [] { return std::string("nobody holds it, yet it stays"); });
}

namespace {

FrameId Outermost(const World& w, FrameId frame) {
  while (const FrameId caller = w.Peek(frame).caller) frame = caller;
  return frame;
}

}  // namespace

void CheckContents(const World& w, ContentsId id, Findings* f) {
  const ContentsRow& contents = w.Peek(id);
  uint32_t readers = 0;
  uint32_t writers = 0;
  const auto count = [&](FileId, const FileRow& file) {
    readers += (file.mode & kMayReadFile) != 0 ? 1 : 0;
    writers += (file.mode & kMayWriteFile) != 0 ? 1 : 0;
  };
  w.ForEachHolder(&FileRow::contents, id, count);
  const bool counted =
      contents.readers == readers && contents.writers == writers;
  f->Expect(counted && readers + writers != 0, "E43", id.any(), [&] {
    return absl::StrCat("it counts ", contents.readers, " readers and ",
                        contents.writers, " writers, but ", readers, " and ",
                        writers, " files are open");
  });
}

// A number without a file is on its way to one.
void CheckFd(const World& w, FdId id, Findings* f) {
  const FdRow& fd = w.Peek(id);
  if (fd.file) return CheckFile(w, fd.file, f);
  bool underway = false;
  w.ForEach<FixupRow>([&](FixupId, const FixupRow& fixup) {
    underway |= fixup.target_fd == static_cast<int32_t>(fd.number);
  });
  for (AnyId i = w.Peek(fd.process).tasks.first; i;
       i = w.PeekLink(Head::kSet, i).next) {
    const FrameId frame = Outermost(w, w.Peek(TaskId{i.value}).frame);
    underway |= frame && w.Peek(frame).handle == fd.number;
  }
  f->Expect(underway, "E43", id.any(), [] {
    return std::string("the number is reserved, but nobody will use it");
  });
}

void CheckEpItem(const World& w, EpItemId id, Findings* f) {
  const EpItemRow& item = w.Peek(id);
  f->Expect(w.Alive(item.ep) && w.Alive(item.file), "E81", id.any(), [] {
    return std::string("it outlives its instance, or its file");
  });
  f->Expect(!item.whead || w.Alive(item.whead), "E81", id.any(), [] {
    return std::string("it is on the wait queue of a thread that is freed");
  });
}

void CheckEpItems(const World& w, Findings* f) {
  w.ForEach<EpItemRow>(
      [&](EpItemId id, const EpItemRow&) { CheckEpItem(w, id, f); });
}

}  // namespace bindery::sim
