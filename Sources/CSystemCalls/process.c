#define _GNU_SOURCE
#include "process.h"

#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { first_descriptor = 3, aside = 64, descriptor_max = 64 };

/* Between fork and exec only what signal handlers may call: other threads held locks when this process was made. */

static void default_signals(void) {
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_from(unsigned first) {
  if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
  for (unsigned number = first; number < 65536; number++) close((int)number);
}

/* All are put aside first, so that none is overwritten before it has its place. */
static int place_descriptors(const int *descriptors, size_t count) {
  int copies[descriptor_max];
  for (size_t index = 0; index < count; index++) {
    copies[index] = fcntl(descriptors[index], F_DUPFD, aside);
    if (copies[index] < 0) return -1;
  }
  int nothing = open("/dev/null", O_RDWR);
  if (nothing < 0) return -1;
  nothing = fcntl(nothing, F_DUPFD, aside);
  for (int number = 0; number < first_descriptor; number++) {
    if (dup2(nothing, number) < 0) return -1;
  }
  for (size_t index = 0; index < count; index++) {
    if (dup2(copies[index], first_descriptor + (int)index) < 0) return -1;
  }
  close_from(first_descriptor + (unsigned)count);
  return 0;
}

static void execute(const char *program, char *const *arguments, const int *descriptors, size_t count) {
  default_signals();
  if (place_descriptors(descriptors, count) == 0) execve(program, arguments, environ);
  _exit(127);
}

/* Only its parent can take hold of a process without mistaking it for a later one of the same number. */
static void send_handle(int socket, pid_t process) {
  char byte = 0;
  struct iovec part = {.iov_base = &byte, .iov_len = 1};
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control;
  memset(&control, 0, sizeof control);
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  int handle = (int)syscall(SYS_pidfd_open, process, 0);
  if (handle >= 0) {
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.header), &handle, sizeof handle);
  }
  sendmsg(socket, &message, MSG_NOSIGNAL);
}

/* 1 when the process was made, 0 when not. */
static int receive_handle(int socket, int *handle) {
  char byte;
  struct iovec part = {.iov_base = &byte, .iov_len = 1};
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control;
  struct msghdr message = {
    .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t count;
  do {
    count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (count < 0 && errno == EINTR);
  *handle = -1;
  if (count != 1) return 0;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header != NULL && header->cmsg_type == SCM_RIGHTS) memcpy(handle, CMSG_DATA(header), sizeof *handle);
  return 1;
}

int system_start_detached(
  const char *program, char *const *arguments, const int *descriptors, size_t count, int *handle) {
  int pair[2];
  if (count > descriptor_max) {
    errno = EINVAL;
    return -1;
  }
  if (system_message_pair(pair) < 0) return -1;
  pid_t between = _Fork();
  if (between == 0) {
    setsid();
    pid_t process = _Fork();
    if (process == 0) execute(program, arguments, descriptors, count);
    if (process > 0) send_handle(pair[1], process);
    _exit(0);
  }
  int saved = errno;
  close(pair[1]);
  int made = between > 0 && receive_handle(pair[0], handle);
  close(pair[0]);
  /* ECHILD: the program we are part of waits for all children, or ignores them. */
  while (between > 0 && waitpid(between, NULL, 0) < 0 && errno == EINTR) {}
  if (made) return 0;
  errno = between < 0 ? saved : EAGAIN;
  return -1;
}

int system_end_process(int handle) { return (int)syscall(SYS_pidfd_send_signal, handle, SIGKILL, NULL, 0); }

/* Whoever started this process may have had its children ignored: then nobody would hear of their end. */
static void heed_children(void) {
  struct sigaction now;
  if (sigaction(SIGCHLD, NULL, &now) == 0 && now.sa_handler == SIG_IGN) signal(SIGCHLD, SIG_DFL);
}

int system_start_child(
  const char *program, char *const *arguments, const int *streams, const int *descriptors, size_t count) {
  heed_children();
  pid_t process = _Fork();
  if (process != 0) return process;
  setsid();
  default_signals();
  for (int number = 0; number < first_descriptor; number++) {
    if (streams[number] != number && dup2(streams[number], number) < 0) _exit(127);
  }
  for (size_t index = 0; index < count; index++) fcntl(descriptors[index], F_SETFD, 0);
  execve(program, arguments, environ);
  _exit(127);
}

int system_end_of_child(int process, int *status, int *signal_number) {
  int found;
  pid_t result;
  do {
    result = waitpid(process, &found, WNOHANG);
  } while (result < 0 && errno == EINTR);
  if (result <= 0) return (int)result;
  *status = WIFEXITED(found) ? WEXITSTATUS(found) : -1;
  *signal_number = WIFSIGNALED(found) ? WTERMSIG(found) : 0;
  return 1;
}
