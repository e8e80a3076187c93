// shim.cpp - Preloaded into `runnel`: makes the file system fail where told.
//
// RUNNEL_FAULT_DIE=N       the N-th change to a file (creation, write, rename,
//                          removal, folder) is not made: the process is killed
// RUNNEL_FAULT_UNDER=DIR   changes below DIR fail with RUNNEL_FAULT_ERRNO
// RUNNEL_FAULT_ERRNO=NAME  EROFS or ENOSPC; ENOSPC lets files be created and a
//                          first write go half-way, as a full disk does
// RUNNEL_FAULT_NO=PATH     there is no such file, to read or to execute
//
// Only the process whose pid is that of the group's leader counts and fails:
// workers write no files.

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

template <class F> F real(const char *name) {
  return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}

long changes = 0;

void count() {
  static const char *at = std::getenv("RUNNEL_FAULT_DIE");
  if (at && ++changes == std::atol(at))
    ::kill(::getpid(), SIGKILL);
}

bool hidden(const char *path) {
  static const char *no = std::getenv("RUNNEL_FAULT_NO");
  return no && path && std::strcmp(path, no) == 0;
}

bool below(const char *path) {
  static const char *under = std::getenv("RUNNEL_FAULT_UNDER");
  if (!under || !path)
    return false;
  char whole[PATH_MAX];
  if (path[0] != '/') {
    if (!::getcwd(whole, sizeof whole))
      return false;
    std::strncat(whole, "/", sizeof whole - std::strlen(whole) - 1);
    std::strncat(whole, path, sizeof whole - std::strlen(whole) - 1);
    path = whole;
  }
  return std::strncmp(path, under, std::strlen(under)) == 0;
}

bool full() {
  static const char *name = std::getenv("RUNNEL_FAULT_ERRNO");
  return name && std::strcmp(name, "ENOSPC") == 0;
}

// What a change to this path says, or 0.
int refusal(const char *path) {
  count();
  if (!below(path))
    return 0;
  return full() ? 0 : EROFS;
}

bool writes(int flags) {
  return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC));
}

bool regular(int fd, char *path) {
  struct stat s;
  if (::fstat(fd, &s) != 0 || !S_ISREG(s.st_mode))
    return false;
  char link[64] = "/proc/self/fd/";
  char digits[16];
  int n = 0;
  for (int v = fd; n == 0 || v; v /= 10)
    digits[n++] = static_cast<char>('0' + v % 10);
  size_t length = std::strlen(link);
  while (n)
    link[length++] = digits[--n];
  link[length] = 0;
  const ssize_t size = ::readlink(link, path, PATH_MAX - 1);
  path[size < 0 ? 0 : size] = 0;
  return true;
}

} // namespace

#define OPEN(NAME)                                                             \
  extern "C" int NAME(const char *path, int flags, ...) {                      \
    va_list list;                                                              \
    va_start(list, flags);                                                     \
    const mode_t mode = (flags & O_CREAT) ? va_arg(list, mode_t) : 0;          \
    va_end(list);                                                              \
    if (hidden(path)) {                                                        \
      errno = ENOENT;                                                          \
      return -1;                                                               \
    }                                                                          \
    if (writes(flags) && std::strncmp(path, "/dev/", 5) != 0)                  \
      if (int error = refusal(path)) {                                         \
        errno = error;                                                         \
        return -1;                                                             \
      }                                                                        \
    return real<int (*)(const char *, int, ...)>(#NAME)(path, flags, mode);    \
  }
OPEN(open)
OPEN(open64)

#define AT(TYPE, NAME, PARAMETERS, ARGUMENTS)                                  \
  extern "C" TYPE NAME PARAMETERS {                                            \
    if (int error = refusal(path)) {                                           \
      errno = error;                                                           \
      return -1;                                                               \
    }                                                                          \
    return real<TYPE(*) PARAMETERS>(#NAME) ARGUMENTS;                          \
  }
AT(int, mkdir, (const char *path, mode_t mode), (path, mode))
AT(int, unlink, (const char *path), (path))
AT(int, remove, (const char *path), (path))
AT(int, rename, (const char *from, const char *path), (from, path))

extern "C" int execv(const char *path, char *const words[]) noexcept {
  if (hidden(path)) {
    errno = ENOENT;
    return -1;
  }
  return real<int (*)(const char *, char *const *)>("execv")(path, words);
}

extern "C" ssize_t write(int fd, const void *data, size_t size) {
  static const auto next =
      real<ssize_t (*)(int, const void *, size_t)>("write");
  char path[PATH_MAX];
  if (!regular(fd, path))
    return next(fd, data, size);
  count();
  if (below(path) && full()) {
    struct stat s;
    if (::fstat(fd, &s) != 0 || s.st_size > 0 || size < 2) {
      errno = ENOSPC;
      return -1;
    }
    return next(fd, data, size / 2);
  }
  return next(fd, data, size);
}
