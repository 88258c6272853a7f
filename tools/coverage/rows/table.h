// How the tables of rows are written down.
#ifndef BINDERY_TOOLS_COVERAGE_ROWS_TABLE_H_
#define BINDERY_TOOLS_COVERAGE_ROWS_TABLE_H_

#include <cstddef>
#include <vector>

#include "tools/coverage/rows.h"

namespace bindery::coverage {

struct RowText {
  const char* id;
  const char* what;
  const char* witnesses[6] = {};
  const char* open = "";
};

template <size_t kCount>
void AppendRows(const RowText (&table)[kCount], std::vector<Row>* rows) {
  for (const RowText& text : table) {
    Row row{text.id, text.what, {}, text.open};
    for (const char* witness : text.witnesses) {
      if (witness != nullptr) row.witnesses.push_back(witness);
    }
    rows->push_back(row);
  }
}

// One for each section.
void AppendObjectRows(std::vector<Row>* rows);     // A.5
void AppendSendRows(std::vector<Row>* rows);       // B.10
void AppendAllocatorRows(std::vector<Row>* rows);  // B.11
void AppendTranslateRows(std::vector<Row>* rows);  // B.12
void AppendDeliverRows(std::vector<Row>* rows);    // B.13
void AppendUnwindRows(std::vector<Row>* rows);     // B.14, B.15
void AppendFreezeRows(std::vector<Row>* rows);     // B.17
void AppendBinderfsRows(std::vector<Row>* rows);   // B.21
void AppendErrorRows(std::vector<Row>* rows);      // B.22

}  // namespace bindery::coverage

#endif  // BINDERY_TOOLS_COVERAGE_ROWS_TABLE_H_
