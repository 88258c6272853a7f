#ifndef BINDERY_TOOLS_AGENT_REPORTS_H_
#define BINDERY_TOOLS_AGENT_REPORTS_H_

// The driver's reports of failed transactions (since 7.2): messages of the
// generic netlink family "binder" to the group "report". The driver makes none
// unless somebody listens.

// Returns 0 or an errno: ENOENT from kernels whose driver makes no reports.
int StartListening(void);

// Records what has come since the last call, one line for each report. They
// come while the call that failed is under way.
void RecordReports(int step);

// Also after StartListening has failed.
void StopListening(void);

#endif  // BINDERY_TOOLS_AGENT_REPORTS_H_
