#include "audit.h"

#include <fcntl.h>
#include <unistd.h>

Audit::Audit(const char *path)
    : file_(open(path, O_WRONLY | O_CREAT | O_APPEND, 0644)) {}

Audit::~Audit() { close(file_); }

void Audit::record(const std::string &line) {
  std::lock_guard hold(mutex_);
  if (write(file_, line.data(), line.size()) >= 0)
    fsync(file_);
}
