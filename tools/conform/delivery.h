// What came with a transaction, in the words in which both sides are compared.
#ifndef BINDERY_TOOLS_CONFORM_DELIVERY_H_
#define BINDERY_TOOLS_CONFORM_DELIVERY_H_

#include <cstdint>
#include <string>

#include "sim/user/program.h"
#include "sim/world/world.h"
#include "tools/conform/kernel/record.h"
#include "tools/conform/word.h"

namespace bindery::conform {

// Fills in the payload, what its objects point to, its descriptors and its
// security context, as the model's reader finds them.
void DescribeDelivery(const sim::World& world,
                      const sim::CompiledScenario& scenario,
                      const sim::ReturnRow& row, Word* word);

// The same from a kernel's record: the `index`-th command of `ret`, whose
// buffer is at `buffer` and its security context at `secctx` (0: none).
// Pointers that the driver wrote are made relative to the buffer, as the
// model's are.
void DescribeDelivery(const Return& ret, int index, uint64_t buffer,
                      uint64_t secctx, Word* word);

// The open descriptors of a process, such as "0c=binder 1=stdout".
std::string DescribeDescriptors(const sim::World& world,
                                const sim::CompiledScenario& scenario,
                                uint32_t process);
std::string DescribeDescriptors(const Descriptors& descriptors);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_DELIVERY_H_
