#include "tools/agent/reports.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/agent/records.h"

// Attributes of a report (linux/android/binder_netlink.h, which older systems
// do not have).
enum {
  kError = 1,
  kContext,
  kFromPid,
  kFromTid,
  kToPid,
  kToTid,
  kIsReply,
  kFlags,
  kCode,
  kDataSize,
  kAttributeCount,
};

static int g_socket = -1;

// A family, as far as it has been found.
struct Family {
  int id;
  int group;
};

typedef void (*Visit)(const struct nlattr* attribute, void* data);

static void ForEach(const void* first, size_t size, Visit visit, void* data) {
  const char* at = first;
  while (size >= NLA_HDRLEN) {
    const struct nlattr* const attribute = (const struct nlattr*)at;
    const size_t length = attribute->nla_len;
    if (length < NLA_HDRLEN || length > size) return;
    visit(attribute, data);
    if (NLA_ALIGN(length) >= size) return;
    at += NLA_ALIGN(length);
    size -= NLA_ALIGN(length);
  }
}

static int TypeOf(const struct nlattr* attribute) {
  return attribute->nla_type & NLA_TYPE_MASK;
}
static const void* ValueOf(const struct nlattr* attribute) {
  return (const char*)attribute + NLA_HDRLEN;
}
static size_t SizeOf(const struct nlattr* attribute) {
  return attribute->nla_len - NLA_HDRLEN;
}
static uint32_t NumberOf(const struct nlattr* attribute) {
  uint32_t number = 0;
  const size_t size = SizeOf(attribute);
  memcpy(&number, ValueOf(attribute), size < 4 ? size : 4);
  return number;
}

// The attributes of a message behind its two headers.
static void ForEachIn(const struct nlmsghdr* message, Visit visit, void* data) {
  const size_t heads = NLMSG_HDRLEN + GENL_HDRLEN;
  if (message->nlmsg_len < heads) return;
  ForEach((const char*)message + heads, message->nlmsg_len - heads, visit,
          data);
}

// --- finding the family
// -------------------------------------------------------

struct Group {
  int id;
  int wanted;
};

static void ReadGroup(const struct nlattr* attribute, void* data) {
  struct Group* const group = data;
  if (TypeOf(attribute) == CTRL_ATTR_MCAST_GRP_ID) {
    group->id = (int)NumberOf(attribute);
  } else if (TypeOf(attribute) == CTRL_ATTR_MCAST_GRP_NAME) {
    group->wanted = SizeOf(attribute) == sizeof("report") &&
                    memcmp(ValueOf(attribute), "report", sizeof("report")) == 0;
  }
}

static void ReadGroups(const struct nlattr* attribute, void* data) {
  struct Group group = {0, 0};
  ForEach(ValueOf(attribute), SizeOf(attribute), ReadGroup, &group);
  if (group.wanted) ((struct Family*)data)->group = group.id;
}

static void ReadFamily(const struct nlattr* attribute, void* data) {
  if (TypeOf(attribute) == CTRL_ATTR_FAMILY_ID) {
    ((struct Family*)data)->id = (int)NumberOf(attribute);
  } else if (TypeOf(attribute) == CTRL_ATTR_MCAST_GROUPS) {
    ForEach(ValueOf(attribute), SizeOf(attribute), ReadGroups, data);
  }
}

// Returns 0 or an errno.
static int AskForFamily(void) {
  struct {
    struct nlmsghdr head;
    struct genlmsghdr command;
    struct nlattr attribute;
    char name[8];
  } request;
  memset(&request, 0, sizeof(request));
  request.head.nlmsg_len = sizeof(request);
  request.head.nlmsg_type = GENL_ID_CTRL;
  request.head.nlmsg_flags = NLM_F_REQUEST;
  request.command.cmd = CTRL_CMD_GETFAMILY;
  request.command.version = 1;
  request.attribute.nla_len = NLA_HDRLEN + sizeof("binder");
  request.attribute.nla_type = CTRL_ATTR_FAMILY_NAME;
  memcpy(request.name, "binder", sizeof("binder"));
  return send(g_socket, &request, sizeof(request), 0) < 0 ? errno : 0;
}

static int FindFamily(struct Family* family) {
  _Alignas(struct nlmsghdr) char answer[16384];
  const int error = AskForFamily();
  if (error != 0) return error;
  const ssize_t size = recv(g_socket, answer, sizeof(answer), 0);
  if (size < (ssize_t)NLMSG_HDRLEN) return size < 0 ? errno : EPROTO;
  const struct nlmsghdr* const message = (const struct nlmsghdr*)answer;
  if (message->nlmsg_type == NLMSG_ERROR) {
    return -((const struct nlmsgerr*)NLMSG_DATA(message))->error;
  }
  if (message->nlmsg_len > (size_t)size) return EPROTO;
  ForEachIn(message, ReadFamily, family);
  return family->id == 0 || family->group == 0 ? ENOENT : 0;
}

int StartListening(void) {
  struct Family family = {0, 0};
  g_socket = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
  if (g_socket < 0) return errno;
  const int error = FindFamily(&family);
  if (error != 0) return error;
  return setsockopt(g_socket, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
                    &family.group, sizeof(family.group)) != 0
             ? errno
             : 0;
}

// --- reports
// ------------------------------------------------------------------

struct Report {
  const struct nlattr* of[kAttributeCount];
};

static void ReadReport(const struct nlattr* attribute, void* data) {
  const int type = TypeOf(attribute);
  if (type < kAttributeCount) ((struct Report*)data)->of[type] = attribute;
}

// Nothing, where the report has no such attribute.
static void RecordNumber(const struct Report* report, int type,
                         const char* key) {
  if (report->of[type] == NULL) return;
  Record(" %s=%u", key, (unsigned)NumberOf(report->of[type]));
}

static void RecordReport(int step, const struct nlmsghdr* message) {
  struct Report report;
  memset(&report, 0, sizeof(report));
  ForEachIn(message, ReadReport, &report);
  Record("report %d", step);
  RecordNumber(&report, kError, "error");
  if (report.of[kContext] != NULL) {
    Record(" context=%.*s", (int)SizeOf(report.of[kContext]),
           (const char*)ValueOf(report.of[kContext]));
  }
  RecordNumber(&report, kFromPid, "from_pid");
  RecordNumber(&report, kFromTid, "from_tid");
  RecordNumber(&report, kToPid, "to_pid");
  RecordNumber(&report, kToTid, "to_tid");
  if (report.of[kIsReply] != NULL) Record(" reply=1");
  RecordNumber(&report, kFlags, "flags");
  RecordNumber(&report, kCode, "code");
  RecordNumber(&report, kDataSize, "data_size");
  Record("\n");
}

void RecordReports(int step) {
  _Alignas(struct nlmsghdr) char message[16384];
  if (g_socket < 0) return;
  for (;;) {
    const ssize_t size = recv(g_socket, message, sizeof(message), MSG_DONTWAIT);
    if (size < (ssize_t)NLMSG_HDRLEN) return;
    const struct nlmsghdr* const head = (const struct nlmsghdr*)message;
    if (head->nlmsg_len <= (size_t)size) RecordReport(step, head);
  }
}

void StopListening(void) {
  if (g_socket >= 0) close(g_socket);
  g_socket = -1;
}
