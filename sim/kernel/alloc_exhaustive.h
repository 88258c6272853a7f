// Every small program of the allocator: what the kernel's own test
// binder_alloc_exhaustive_test (KUnit, 7.2) enumerates, on this allocator.
//
// A program has five buffers in a mapping of 128 KiB. Each ends, seen from the
// end of the one before, in one of five places of a page (AllocEnd); they lie
// at the front of the mapping, or mirrored at its back behind one that fills
// the rest; they are freed in one of 120 orders. A run allocates the five,
// frees them, does both again and then takes all free pages away.
//
// It fails unless
//  P1 every allocation succeeds, and every page of the buffer is in use;
//  P2 after all is freed, every page up to the last end is on the list;
//  P3 after the second round of allocations no page is on the list;
//  P4 after the shrinker has run no page is there;
//  P5 the driver has neither warned nor crashed;
// and, if every call is checked, also unless after each
//  P6 buffers and free chunks tile the mapping in the order of addresses, no
//     two free chunks are neighbours, and all of them are in a valid tree;
//  P7 the bytes free, the one-way bytes free and the number of buffers are
//     what the list of buffers says;
//  P8 a page is in use exactly if a buffer touches it.
//
// All programs share one mapping, as in the kernel, so that a page that one
// leaves behind is seen by the next.
#ifndef BINDERY_SIM_KERNEL_ALLOC_EXHAUSTIVE_H_
#define BINDERY_SIM_KERNEL_ALLOC_EXHAUSTIVE_H_

#include <cstdint>
#include <string>

#include "sim/kernel/driver.h"

namespace bindery::sim {

inline constexpr uint64_t kAllocPrograms = 5 * 5 * 5 * 5 * 5 * 2 * 120;

// Where a buffer ends: in the page where the one before ends (or in the next,
// if that ended with its page) or in one behind it; at the page's end or not.
enum class AllocEnd : uint8_t {
  kSamePage,
  kSamePageAligned,
  kNextPage,
  kNextPageAligned,
  kPageAfterNext,
};

struct AllocExhaustiveOptions {
  bool check_every_call = false;  // P6 to P8
  // The second and the fourth buffer are for one-way transactions. The kernel's
  // test has none.
  bool one_way = false;
  // After each free a buffer of the same size comes and goes. The kernel's test
  // allocates into an empty mapping only, and so never into a hole whose last
  // page belongs to the buffer behind it too.
  bool refill = false;
};

struct AllocExhaustiveResult {
  uint64_t programs = 0;  // run, the one that failed included
  uint64_t allocations = 0;
  uint64_t frees = 0;
  std::string failure;  // of the program that failed, which is the last
};

// Runs kAllocPrograms programs, or up to the first that fails.
AllocExhaustiveResult RunAllocPrograms(const Driver& driver,
                                       const AllocExhaustiveOptions& options);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_ALLOC_EXHAUSTIVE_H_
