#include "tools/coverage/rows.h"

#include "tools/coverage/rows/table.h"

namespace bindery::coverage {

std::vector<Row> AllRows() {
  std::vector<Row> rows;
  AppendObjectRows(&rows);
  AppendSendRows(&rows);
  AppendAllocatorRows(&rows);
  AppendTranslateRows(&rows);
  AppendDeliverRows(&rows);
  AppendUnwindRows(&rows);
  AppendFreezeRows(&rows);
  AppendBinderfsRows(&rows);
  AppendErrorRows(&rows);
  return rows;
}

}  // namespace bindery::coverage
