#include "tools/agent/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int g_count;

static int SendingEnd(int process) { return kFirstSocket + 2 * process; }
static int ReceivingEnd(int process) { return SendingEnd(process) + 1; }

static int MoveTo(int from, int to) {
  const int error = dup3(from, to, O_CLOEXEC) < 0 ? errno : 0;
  close(from);
  return error;
}

int OpenSockets(const struct Scenario* scenario) {
  if (!scenario->has_messages) return 0;
  for (int process = 0; process < scenario->process_count; ++process) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) != 0) {
      return errno;
    }
    ++g_count;
    const int first = MoveTo(ends[0], SendingEnd(process));
    const int second = MoveTo(ends[1], ReceivingEnd(process));
    if (first != 0 || second != 0) return first != 0 ? first : second;
  }
  return 0;
}

void CloseSockets(void) {
  while (g_count > 0) {
    --g_count;
    close(SendingEnd(g_count));
    close(ReceivingEnd(g_count));
  }
}

void PrepareMessage(struct Mailbox* box, int receives, int actors_process) {
  struct Message* const message = &box->message;
  const int fd = (int)box->arguments[0];
  const int to = (int)box->arguments[1];
  memset(message, 0, sizeof(*message));
  message->data = (struct iovec){.iov_base = &message->byte, .iov_len = 1};
  message->header.msg_iov = &message->data;
  message->header.msg_iovlen = 1;
  message->header.msg_control = message->control;
  message->header.msg_controllen = sizeof(message->control);
  box->arguments[1] = (uintptr_t)&message->header;
  if (receives) {
    box->arguments[0] = (uint64_t)ReceivingEnd(actors_process);
    box->arguments[2] = MSG_DONTWAIT | MSG_CMSG_CLOEXEC;
    return;
  }
  struct cmsghdr* const control = CMSG_FIRSTHDR(&message->header);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(sizeof(fd));
  memcpy(CMSG_DATA(control), &fd, sizeof(fd));
  message->header.msg_controllen = control->cmsg_len;
  box->arguments[0] = (uint64_t)SendingEnd(to);
  box->arguments[2] = MSG_DONTWAIT;
}

void TakeDescriptor(struct Mailbox* box) {
  struct msghdr* const header = &box->message.header;
  if (box->result < 0) return;
  const struct cmsghdr* const control = CMSG_FIRSTHDR(header);
  int fd = -1;
  if (control != NULL && control->cmsg_len == CMSG_LEN(sizeof(fd))) {
    memcpy(&fd, CMSG_DATA(control), sizeof(fd));
  }
  // What found no place is not there, and the message is cut.
  box->result = fd;
  box->error = fd < 0 ? EMFILE : 0;
}
